use deskbell_domain::{Hash, Key, Offer};
use deskbell_engine::view::{AgentView, AskView, FindingView, TaskView, ThreadView};

use crate::desk::Desk;
use crate::trouble::Trouble;

/// Something with offers, as it is now.
#[derive(Clone, Debug)]
pub struct Item {
    pub key: Key,
    pub offers: Vec<Offer>,
    pub shown: Hash,
    /// The whole of it, where it is an ask.
    pub ask: Option<Box<AskView>>,
}

impl From<AskView> for Item {
    fn from(row: AskView) -> Self {
        Self {
            key: row.key.clone(),
            offers: row.offers.clone(),
            shown: row.shown.clone(),
            ask: Some(Box::new(row)),
        }
    }
}

macro_rules! item_from {
    ($($view:ident),*) => {$(
        impl From<$view> for Item {
            fn from(row: $view) -> Self {
                Self { key: row.key, offers: row.offers, shown: row.shown, ask: None }
            }
        }
    )*};
}

item_from!(AgentView, ThreadView, TaskView, FindingView);

/// The ask of this key; among those that wait first.
pub async fn find_ask(desk: &Desk, text: &str) -> Result<AskView, Trouble> {
    if let Some(row) = pick(desk.asks(false).await?, text, |row| &row.key)? {
        return Ok(row);
    }
    pick(desk.asks(true).await?, text, |row| &row.key)?
        .ok_or_else(|| Trouble::usage(format!("there is no ask \"{text}\"; `bell asks --all` lists them")))
}

/// The agent of this key.
pub async fn find_agent(desk: &Desk, text: &str) -> Result<AgentView, Trouble> {
    pick(desk.agents().await?, text, |row| &row.key)?
        .ok_or_else(|| Trouble::usage(format!("there is no agent \"{text}\"; `bell agents` lists them")))
}

/// Whatever has this key.
pub async fn find(desk: &Desk, text: &str) -> Result<Item, Trouble> {
    let mut items: Vec<Item> = desk.agents().await?.into_iter().map(Item::from).collect();
    items.extend(desk.threads().await?.into_iter().map(Item::from));
    items.extend(desk.tasks().await?.into_iter().map(Item::from));
    items.extend(desk.findings().await?.into_iter().map(Item::from));
    items.extend(desk.asks(false).await?.into_iter().map(Item::from));
    if let Some(item) = pick(items, text, |item| &item.key)? {
        return Ok(item);
    }
    let ask = pick(desk.asks(true).await?, text, |row| &row.key)?;
    ask.map(Item::from).ok_or_else(|| {
        Trouble::usage(format!(
            "there is nothing called \"{text}\"; `bell agents`, `threads`, `tasks`, `findings` and `asks` list what there is"
        ))
    })
}

/// The key meant: a whole one is taken as it is, even where its thing is no longer listed.
pub async fn find_key(desk: &Desk, text: &str) -> Result<Key, Trouble> {
    match text.parse() {
        Ok(key) => Ok(key),
        Err(_) => Ok(find(desk, text).await?.key),
    }
}

/// The row of this key, or the only row whose key ends so: with its item, or with the server's own id.
fn pick<T>(rows: Vec<T>, text: &str, key: impl Fn(&T) -> &Key) -> Result<Option<T>, Trouble> {
    let mut like = Vec::new();
    for row in rows {
        let key = key(&row);
        if key.to_string() == text {
            return Ok(Some(row));
        }
        if key.item.as_str() == text || key.item.rest() == text {
            like.push(row);
        }
    }
    if like.len() > 1 {
        let keys: Vec<String> = like.iter().map(|row| key(row).to_string()).collect();
        return Err(Trouble::usage(format!(
            "\"{text}\" could be any of {}: write one whole",
            keys.join(", ")
        )));
    }
    Ok(like.pop())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Vec<Key> {
        ["hive/approval:7", "bees/approval:7", "hive/question:8", "code/permission:per_1", "x/approval:7/8"]
            .iter()
            .map(|key| key.parse().unwrap())
            .collect()
    }

    fn picked(text: &str) -> Result<Option<String>, Trouble> {
        pick(keys(), text, |key| key).map(|key| key.map(|key| key.to_string()))
    }

    #[test]
    fn as_much_of_the_end_as_only_one_has_will_do() {
        for (text, key) in [
            ("hive/approval:7", "hive/approval:7"),
            ("question:8", "hive/question:8"),
            ("8", "hive/question:8"),
            ("per_1", "code/permission:per_1"),
            ("approval:7/8", "x/approval:7/8"),
        ] {
            assert_eq!(picked(text).unwrap().as_deref(), Some(key), "{text}");
        }
        assert_eq!(picked("question:7").unwrap(), None);
        assert_eq!(picked("").unwrap(), None);
    }

    #[test]
    fn what_could_be_several_is_refused_with_all_of_them() {
        let trouble = picked("approval:7").unwrap_err();
        assert!(trouble.message.contains("hive/approval:7, bees/approval:7"), "{trouble}");
    }
}
