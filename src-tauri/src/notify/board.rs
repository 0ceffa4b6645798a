//! The notifications that are up, and which of them may still be pressed.

use std::collections::BTreeMap;

use deskbell_domain::Hash;
use deskbell_engine::{Button, Notice, Press, Tag};
use deskbell_notify::read;

/// The plugin's word for a click on the body.
const TAP: &str = "tap";
/// The harmless button.
pub const OPEN: &str = "open";

/// Where the desktop never says that a notification is gone, the oldest are forgotten beyond this.
const MOST: usize = 512;

#[derive(Debug, Default)]
pub struct Board {
    last: i32,
    up: BTreeMap<i32, Posted>,
}

#[derive(Debug)]
struct Posted {
    tag: Tag,
    shown: Hash,
    token: String,
    buttons: Vec<Button>,
    /// Pressed or withdrawn: nothing it says counts any more.
    spent: bool,
}

/// What the engine is to be told of.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    pub tag: Tag,
    pub shown: Hash,
    pub press: Press,
}

impl Board {
    /// A number for a new notification.
    pub fn post(&mut self, notice: &Notice, token: &str) -> i32 {
        self.last = self.last.wrapping_add(1);
        let posted = Posted {
            tag: notice.tag.clone(),
            shown: notice.shown.clone(),
            token: token.to_owned(),
            buttons: notice.buttons.clone(),
            spent: false,
        };
        self.up.insert(self.last, posted);
        if self.up.len() > MOST {
            self.up.pop_first();
        }
        self.last
    }

    pub fn is_up(&self, id: i32) -> bool {
        self.up.contains_key(&id)
    }

    /// Takes back all that is up about this. Gives the numbers to close.
    pub fn withdraw(&mut self, tag: &Tag) -> Vec<i32> {
        let about = self.up.iter_mut().filter(|(_, posted)| posted.tag == *tag && !posted.spent);
        about
            .map(|(id, posted)| {
                posted.spent = true;
                *id
            })
            .collect()
    }

    /// Nothing that is up counts any more.
    pub fn withdraw_all(&mut self) {
        self.up.values_mut().for_each(|posted| posted.spent = true);
    }

    /// The first press counts, and no other.
    pub fn pressed(&mut self, id: i32, action: &str) -> Option<Told> {
        let posted = self.up.get_mut(&id).filter(|posted| !posted.spent)?;
        let press = match action {
            TAP | OPEN => Press::Open,
            action => read(action, &posted.token, &posted.buttons)?,
        };
        posted.spent = true;
        Some(Told { tag: posted.tag.clone(), shown: posted.shown.clone(), press })
    }

    /// It went away, or never came up.
    pub fn gone(&mut self, id: i32, press: Press) -> Option<Told> {
        let posted = self.up.remove(&id).filter(|posted| !posted.spent)?;
        Some(Told { tag: posted.tag, shown: posted.shown, press })
    }
}

#[cfg(test)]
mod tests {
    use deskbell_domain::Urgency;
    use deskbell_engine::Stay;

    use super::*;

    fn tag(n: u8) -> Tag {
        Tag::Ask(format!("hive/approval:{n}").parse().unwrap())
    }

    fn post(board: &mut Board, n: u8) -> i32 {
        let notice = Notice {
            tag: tag(n),
            shown: Hash::of_bytes(&[n]),
            title: "Apply a1b2c3d".into(),
            body: "coder".into(),
            buttons: vec![Button { id: "approve".into(), label: "Approve".into() }],
            reply: None,
            urgency: Urgency::Normal,
            sound: true,
            stay: Stay::Standing,
        };
        board.post(&notice, &format!("token{n}"))
    }

    fn told(n: u8, press: Press) -> Option<Told> {
        Some(Told { tag: tag(n), shown: Hash::of_bytes(&[n]), press })
    }

    const APPROVE: &str = "token1:0";

    #[test]
    fn a_press_is_told_once_and_its_closing_not_at_all() {
        let mut board = Board::default();
        let id = post(&mut board, 1);
        assert_eq!(board.pressed(id, APPROVE), told(1, Press::Button("approve".into())));
        assert_eq!(board.pressed(id, APPROVE), None);
        assert_eq!(board.gone(id, Press::Dismissed), None);
        assert!(!board.is_up(id));
    }

    #[test]
    fn a_click_on_the_body_opens() {
        let mut board = Board::default();
        let id = post(&mut board, 1);
        assert_eq!(board.pressed(id, TAP), told(1, Press::Open));
    }

    #[test]
    fn a_dismissal_is_told_and_ends_it() {
        let mut board = Board::default();
        let id = post(&mut board, 1);
        assert_eq!(board.gone(id, Press::Dismissed), told(1, Press::Dismissed));
        assert_eq!(board.pressed(id, APPROVE), None);
    }

    #[test]
    fn what_was_withdrawn_can_no_longer_be_pressed_and_says_nothing_when_it_closes() {
        let mut board = Board::default();
        let (first, second) = (post(&mut board, 1), post(&mut board, 2));
        assert_eq!(board.withdraw(&tag(1)), [first]);
        assert!(board.is_up(first), "until the desktop says that it is gone");
        assert_eq!(board.pressed(first, APPROVE), None);
        assert_eq!(board.gone(first, Press::Dismissed), None);
        assert_eq!(board.pressed(second, OPEN), told(2, Press::Open));
    }

    #[test]
    fn at_the_end_nothing_counts_any_more() {
        let mut board = Board::default();
        let (first, second) = (post(&mut board, 1), post(&mut board, 2));
        board.withdraw_all();
        assert_eq!(board.pressed(first, APPROVE), None);
        assert_eq!(board.gone(second, Press::Dismissed), None);
    }

    #[test]
    fn a_forged_press_leaves_the_real_one_its_turn() {
        let mut board = Board::default();
        let id = post(&mut board, 1);
        assert_eq!(board.pressed(id, "token2:0"), None);
        assert_eq!(board.pressed(id, APPROVE), told(1, Press::Button("approve".into())));
    }

    #[test]
    fn a_number_nobody_was_given_means_nothing() {
        let mut board = Board::default();
        let id = post(&mut board, 1);
        assert_eq!(board.pressed(id + 1, APPROVE), None);
        assert_eq!(board.gone(id + 1, Press::Dismissed), None);
        assert!(board.is_up(id));
    }

    #[test]
    fn a_desktop_that_never_says_closed_does_not_fill_the_memory() {
        let mut board = Board::default();
        let ids: Vec<i32> = (0..2 * MOST).map(|_| post(&mut board, 1)).collect();
        assert_eq!(board.up.len(), MOST);
        assert!(board.is_up(ids[2 * MOST - 1]));
    }
}
