//! A window with nothing in it, built as the app is: what its start takes is what any start takes.

fn main() -> Result<(), tauri::Error> {
    tauri::Builder::default().run(tauri::generate_context!("examples/empty/tauri.conf.json"))
}
