//! Notifications on this desktop, behind the engine's [`Notifier`](deskbell_engine::Notifier) port.

mod board;
mod face;
mod plugin;

pub use plugin::PluginNotifier;
