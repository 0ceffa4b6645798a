//! The tray of macOS and Windows, through Tauri.

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

/// Shows it for as long as the engine is there.
pub async fn run(app: AppHandle) {
    let mut glances = app.state::<Engine>().glances();
    let tray = build(&app);
    let trouble = tray
        .as_ref()
        .err()
        .map(|error| format!("The tray cannot be used: {error}. Closing the window ends Deskbell."));
    app.state::<Footing>().change(|shell| shell.tray_trouble = trouble);
    while let Some(glance) = glances.next().await {
        attention::tell(&app, &glance);
        window::count(&app, glance.waiting);
        if let Ok(tray) = &tray
            && let Err(error) = show(&app, tray, &glance)
        {
            tracing::warn!(%error, "the tray does not show what waits");
        }
    }
}

fn build(app: &AppHandle) -> tauri::Result<TrayIcon<Wry>> {
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
        .build(app)
}

fn show(app: &AppHandle, tray: &TrayIcon<Wry>, glance: &Glance) -> tauri::Result<()> {
    let bell = picture::bell(SIZE, glance.waiting);
    tray.set_icon(Some(Image::new_owned(bell.rgba, bell.size, bell.size)))?;
    tray.set_tooltip(Some(format!("Deskbell: {}", glance.says)))?;
    tray.set_menu(Some(menu(app, &glance.menu)?))?;
    let rows = glance.menu.clone();
    tray.on_menu_event(move |app, event| {
        let nth = event.id().as_ref().parse::<usize>().ok();
        if let Some(Row::Item { wish, .. }) = nth.and_then(|nth| rows.get(nth)) {
            choose(app, wish.clone());
        }
    });
    Ok(())
}

/// An item's id is its place.
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
