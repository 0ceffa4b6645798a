//! The tray of macOS and Windows, through Tauri.

use std::sync::{Arc, Mutex, PoisonError};

use deskbell_engine::{Engine, Glance, Row, Wish};
use tauri::image::Image;
use tauri::menu::{Menu, MenuBuilder, MenuItemBuilder};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager, Wry};

use super::{choose, picture};
use crate::attention;
use crate::footing::Footing;
use crate::window;

const SIZE: u32 = 32;

/// The menu as it was last shown. An item's id is its place.
type Rows = Arc<Mutex<Vec<Row>>>;

/// Shows it for as long as the engine is there.
pub async fn run(app: AppHandle) {
    let mut glances = app.state::<Engine>().glances();
    let rows = Rows::default();
    let tray = build(&app, Arc::clone(&rows));
    let trouble = tray
        .as_ref()
        .err()
        .map(|error| format!("The tray cannot be used: {error}. Closing the window ends Deskbell."));
    app.state::<Footing>().change(|shell| shell.tray_trouble = trouble);
    while let Some(glance) = glances.next().await {
        attention::tell(&app, &glance);
        window::count(&app, glance.waiting);
        if let Ok(tray) = &tray
            && let Err(error) = show(&app, tray, &glance, &rows)
        {
            tracing::warn!(%error, "the tray does not show what waits");
        }
    }
}

fn build(app: &AppHandle, rows: Rows) -> tauri::Result<TrayIcon<Wry>> {
    TrayIconBuilder::new()
        .show_menu_on_left_click(false)
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
            {
                choose(tray.app_handle(), Wish::Open);
            }
        })
        .on_menu_event(move |app, event| {
            let nth = event.id().as_ref().parse::<usize>().ok();
            let rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(Row::Item { wish, .. }) = nth.and_then(|nth| rows.get(nth)) {
                choose(app, wish.clone());
            }
        })
        .build(app)
}

fn show(app: &AppHandle, tray: &TrayIcon<Wry>, glance: &Glance, rows: &Rows) -> tauri::Result<()> {
    let bell = picture::bell(SIZE, glance.waiting);
    tray.set_icon(Some(Image::new_owned(bell.rgba, bell.size, bell.size)))?;
    tray.set_tooltip(Some(format!("Deskbell: {}", glance.says)))?;
    rows.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&glance.menu);
    tray.set_menu(Some(menu(app, &glance.menu)?))
}

fn menu(app: &AppHandle, rows: &[Row]) -> tauri::Result<Menu<Wry>> {
    let mut menu = MenuBuilder::new(app);
    for (nth, row) in rows.iter().enumerate() {
        menu = match row {
            Row::Separator => menu.separator(),
            // A single ampersand would mark a key.
            Row::Item { label, .. } => {
                let item = MenuItemBuilder::with_id(nth.to_string(), label.replace('&', "&&")).build(app)?;
                menu.item(&item)
            }
        };
    }
    menu.build()
}
