//! Whether Deskbell starts with the desktop. The desktop's own record of it is the only one: what other programs
//! change there holds.

#[cfg(all(unix, not(target_os = "macos")))]
mod freedesktop;
#[cfg(not(all(unix, not(target_os = "macos"))))]
mod native;

#[cfg(all(unix, not(target_os = "macos")))]
pub use freedesktop::{Autostart, equip};
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub use native::{Autostart, equip};
