//! `bell snooze`, `mute`, `quiet`, `level`, `notifications`: when the desktop rings.

use deskbell_domain::Millis;
use deskbell_engine::command::{Answer, Command};
use deskbell_engine::notice::Desktop;
use deskbell_engine::self_test::{SelfTest, TestFate};
use deskbell_engine::settings::{Day, Level, Quiet, Ringing, Settings};
use deskbell_engine::view::AskKind;

use crate::args::{Ring, Switch, Volume};
use crate::desk::{Desk, unexpected};
use crate::item::find_ask;
use crate::list;
use crate::moment::Clock;
use crate::paper::Paper;
use crate::trouble::{Exit, Trouble};

/// `bell snooze KEY UNTIL`.
pub async fn snooze(desk: &Desk, paper: &mut Paper, key: &str, until: &str) -> Result<Exit, Trouble> {
    let key = find_ask(desk, key).await?.key;
    let until = later(until, &paper.clock)?;
    match desk.change(Command::AskSnooze { key, until }).await? {
        Answer::Ask { row } if paper.json => paper.object(&row)?,
        Answer::Ask { row } => match row.snoozed_until {
            Some(until) => paper.say(&format!("{} sleeps until {}.", row.key, paper.clock.wall(until)))?,
            None => paper.say(&format!("{} is awake.", row.key))?,
        },
        other => return Err(unexpected(&other)),
    }
    Ok(Exit::Done)
}

/// `bell mute [UNTIL]`.
pub async fn mute(desk: &Desk, paper: &mut Paper, until: Option<&str>) -> Result<Exit, Trouble> {
    let mut settings = settings(desk).await?;
    if let Some(until) = until {
        settings.ringing.muted_until = later(until, &paper.clock)?;
        settings = keep(desk, settings).await?;
    }
    if paper.json {
        paper.object(&settings.ringing)?;
    } else {
        paper.say(&muted(&settings.ringing, &paper.clock))?;
    }
    Ok(Exit::Done)
}

/// `bell quiet [FROM-TO …]`.
pub async fn quiet(
    desk: &Desk,
    paper: &mut Paper,
    hours: &[String],
    named: &[String],
) -> Result<Exit, Trouble> {
    let named: Vec<Vec<Day>> =
        named.iter().map(|text| days(text)).collect::<Result<_, _>>().map_err(Trouble::usage)?;
    let days = named.concat();
    let mut settings = settings(desk).await?;
    match hours {
        [] if !days.is_empty() => return Err(Trouble::usage("say the hours, too: 22:00-07:00")),
        [] => {}
        [off] if off == "off" => settings.ringing.quiet.clear(),
        hours => {
            let days = if days.is_empty() { Day::ALL.to_vec() } else { days };
            settings.ringing.quiet =
                hours.iter().map(|text| quiet_hours(text, &days)).collect::<Result<_, _>>()?;
        }
    }
    if !hours.is_empty() {
        settings = keep(desk, settings).await?;
    }
    if paper.json {
        paper.object(&settings.ringing)?;
    } else {
        quiet_lines(&settings.ringing).iter().try_for_each(|line| paper.say(line))?;
    }
    Ok(Exit::Done)
}

/// `bell level WHAT LEVEL`.
pub async fn level(desk: &Desk, paper: &mut Paper, what: &str, volume: Volume) -> Result<Exit, Trouble> {
    let mut settings = settings(desk).await?;
    let level = match volume {
        Volume::Silent => Level::Silent,
        Volume::Normal => Level::Normal,
        Volume::Urgent => Level::Urgent,
    };
    if let Some(kind) = AskKind::ALL.into_iter().find(|kind| list::kind(*kind) == what) {
        settings.ringing.kinds.insert(kind, level);
    } else {
        settings.ringing.sources.insert(desk.source(what).await?.source, level);
    }
    let settings = keep(desk, settings).await?;
    if paper.json {
        paper.object(&settings.ringing)?;
    } else {
        paper.say(&format!("{what} is {}.", level_word(level)))?;
    }
    Ok(Exit::Done)
}

/// `bell notifications`.
pub async fn notifications(desk: &Desk, paper: &mut Paper, ring: &Ring) -> Result<Exit, Trouble> {
    let mut settings = settings(desk).await?;
    let before = settings.clone();
    let switch = |to: Option<Switch>, what: &mut bool| {
        *what = to.map_or(*what, |to| to == Switch::On);
    };
    switch(ring.ring, &mut settings.notifications);
    switch(ring.sound, &mut settings.ringing.sound);
    switch(ring.private, &mut settings.ringing.private);
    switch(ring.breakthrough, &mut settings.ringing.breakthrough);
    if settings != before {
        settings = keep(desk, settings).await?;
    }
    let answer = match ring.test {
        true => desk.engine()?.command(Command::NotificationTest).await?,
        false => desk.read(Command::NotificationShow).await?,
    };
    let Answer::Notifications { desktop, test } = answer else { return Err(unexpected(&answer)) };
    if paper.json {
        paper.object(&serde_json::json!({ "settings": settings, "desktop": desktop, "test": test }))?;
        return Ok(Exit::Done);
    }
    for line in settings_lines(&settings, &paper.clock) {
        paper.say(&line)?;
    }
    paper.say(&desktop_line(desktop.as_ref()))?;
    if let Some(test) = test {
        test_lines(&test, &paper.clock).iter().try_for_each(|line| paper.say(line))?;
    }
    Ok(Exit::Done)
}

async fn settings(desk: &Desk) -> Result<Settings, Trouble> {
    match desk.read(Command::SettingsGet).await? {
        Answer::Settings { settings } => Ok(settings),
        other => Err(unexpected(&other)),
    }
}

async fn keep(desk: &Desk, settings: Settings) -> Result<Settings, Trouble> {
    match desk.change(Command::SettingsSet { settings }).await? {
        Answer::Settings { settings } => Ok(settings),
        other => Err(unexpected(&other)),
    }
}

/// A time to come; nothing for `off`.
fn later(text: &str, clock: &Clock) -> Result<Option<Millis>, Trouble> {
    match text {
        "off" => Ok(None),
        text => clock.parse_later(text).map(Some).map_err(Trouble::usage),
    }
}

fn quiet_hours(text: &str, days: &[Day]) -> Result<Quiet, Trouble> {
    let hours = text.split_once('-').and_then(|(from, to)| Some((minutes(from)?, minutes(to)?)));
    let (from, to) = hours
        .ok_or_else(|| Trouble::usage(format!("\"{text}\" are no quiet hours: write 22:00-07:00, or off")))?;
    Ok(Quiet { days: days.to_vec(), from, to })
}

fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// Reads `mon`, `Monday`, `mon-fri`.
fn days(text: &str) -> Result<Vec<Day>, String> {
    let day = |name: &str| {
        let name = name.trim().to_lowercase();
        let fits = |day: &Day| name.len() >= 2 && day_word(*day).starts_with(&name);
        Day::ALL.into_iter().find(fits).ok_or_else(|| format!("\"{name}\" is not a day: write mon, tue, …"))
    };
    let Some((from, to)) = text.split_once('-') else { return Ok(vec![day(text)?]) };
    let place = |day: Day| Day::ALL.iter().position(|known| *known == day).unwrap_or_default();
    let (from, to) = (place(day(from)?), place(day(to)?));
    let length = (to + Day::ALL.len() - from) % Day::ALL.len();
    Ok((from..=from + length).map(|nth| Day::ALL[nth % Day::ALL.len()]).collect())
}

fn settings_lines(settings: &Settings, clock: &Clock) -> Vec<String> {
    if !settings.notifications {
        return vec!["Notifications are switched off.".to_owned()];
    }
    let Settings { ringing, .. } = settings;
    let on = |on: bool| if on { "on" } else { "off" };
    let mut lines = vec![
        format!(
            "Notifications are on; sound {}, private {}, breakthrough {}.",
            on(ringing.sound),
            on(ringing.private),
            on(ringing.breakthrough)
        ),
        muted(ringing, clock),
    ];
    lines.extend(quiet_lines(ringing));
    let kinds = ringing.kinds.iter().map(|(kind, level)| (list::kind(*kind).to_owned(), *level));
    let sources = ringing.sources.iter().map(|(source, level)| (source.to_string(), *level));
    let levels = kinds.chain(sources).filter(|(_, level)| *level != Level::Normal);
    lines.extend(levels.map(|(what, level)| format!("{what} is {}.", level_word(level))));
    lines
}

fn muted(ringing: &Ringing, clock: &Clock) -> String {
    match ringing.muted_until.filter(|until| *until > clock.now) {
        Some(until) => format!("Muted until {}.", clock.wall(until)),
        None => "Not muted.".to_owned(),
    }
}

fn quiet_lines(ringing: &Ringing) -> Vec<String> {
    if ringing.quiet.is_empty() {
        return vec!["No quiet hours.".to_owned()];
    }
    let time = |at: u16| format!("{:02}:{:02}", at / 60, at % 60);
    let line = |quiet: &Quiet| {
        let days = match quiet.days.len() {
            7 => "every day".to_owned(),
            _ => quiet.days.iter().map(|day| &day_word(*day)[..3]).collect::<Vec<_>>().join(", "),
        };
        format!("Quiet {} to {}, {days}.", time(quiet.from), time(quiet.to))
    };
    ringing.quiet.iter().map(line).collect()
}

fn desktop_line(desktop: Option<&Desktop>) -> String {
    let Some(desktop) = desktop else { return "Nobody raises notifications here now.".to_owned() };
    if let Some(trouble) = &desktop.trouble {
        return trouble.clone();
    }
    let server = desktop.server.as_deref().unwrap_or("This desktop");
    let offers = match (desktop.buttons, desktop.reply) {
        (true, true) => "buttons and a field to answer in",
        (true, false) => "buttons",
        (false, true) => "a field to answer in",
        (false, false) => "a click only",
    };
    format!("{server} shows them and offers {offers}.")
}

fn test_lines(test: &SelfTest, clock: &Clock) -> Vec<String> {
    let mut lines = vec![format!("Tried {}:", clock.both(test.begun_at))];
    lines.extend(test.rows.iter().map(|row| {
        let fate = match &row.fate {
            TestFate::NotOffered => "not offered here".to_owned(),
            TestFate::Sent => "sent, and nothing was heard of it".to_owned(),
            TestFate::Opened => "clicked".to_owned(),
            TestFate::Pressed { label } => format!("pressed “{label}”"),
            TestFate::Replied { text } => format!("answered “{text}”"),
            TestFate::Dismissed => "closed".to_owned(),
            TestFate::Failed { why } => format!("could not be shown: {why}"),
        };
        format!("  {}: {fate}", row.kind.word())
    }));
    lines
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Silent => "silent",
        Level::Normal => "normal",
        Level::Urgent => "urgent",
    }
}

fn day_word(day: Day) -> &'static str {
    match day {
        Day::Monday => "monday",
        Day::Tuesday => "tuesday",
        Day::Wednesday => "wednesday",
        Day::Thursday => "thursday",
        Day::Friday => "friday",
        Day::Saturday => "saturday",
        Day::Sunday => "sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_alone_and_in_runs_that_may_cross_the_week() {
        let count = |text: &str| days(text).map(|days| days.len());
        assert_eq!(days("Mon"), Ok(vec![Day::Monday]));
        assert_eq!(count("mon-fri"), Ok(5));
        assert_eq!(days("sat-mon"), Ok(vec![Day::Saturday, Day::Sunday, Day::Monday]));
        assert_eq!(count("tue-tue"), Ok(1));
        for bad in ["", "t", "someday", "mon-", "-"] {
            assert!(days(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn quiet_hours_are_read_as_people_write_them() {
        let read = |text: &str| quiet_hours(text, &Day::ALL).map(|quiet| (quiet.from, quiet.to));
        assert_eq!(read("22:00-07:30"), Ok((22 * 60, 7 * 60 + 30)));
        for bad in ["22-7", "24:00-07:00", "22:00", "22:60-07:00", ""] {
            assert!(read(bad).unwrap_err().message.contains("22:00-07:00"), "{bad}");
        }
    }
}
