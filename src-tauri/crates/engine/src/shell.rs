use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the app stands on this desktop, as far as it has found out. Troubles are sentences for the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Shell {
    /// Why no tray shows it: then closing the window ends it.
    pub tray_trouble: Option<String>,
    /// Why the shortcut that is set does nothing.
    pub shortcut_trouble: Option<String>,
    /// Whether it starts with the desktop.
    pub autostart: bool,
    /// Why it cannot.
    pub autostart_trouble: Option<String>,
}
