//! The real window on a real desktop: a screen, a session bus, a window manager and a notification daemon of
//! its own, driven over WebDriver. Nothing here knows what the app is for beyond its test hooks.

mod bell;
mod bus;
mod buttons;
mod change;
mod desktop;
mod hand;
mod notifications;
mod panel;
mod place;
mod plasma;
mod process;
mod webdriver;
mod window;

pub use bell::Bell;
pub use bus::{Bus, Services};
pub use buttons::Buttons;
pub use change::long_change;
pub use deskbell_acceptance::{PATIENCE, eventually, within};
pub use desktop::{Desktop, Session, Theme};
pub use notifications::Notifications;
pub use panel::{Item, Panel, Picture};
pub use place::shots;
pub use plasma::Plasma;
pub use process::Process;
pub use webdriver::Key;
pub use window::{Window, named, named_with};
