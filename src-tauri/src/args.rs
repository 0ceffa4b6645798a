use std::path::PathBuf;

use clap::Parser;

use crate::errand::Errand;

/// What the desktop's own start says.
pub const HIDDEN: &str = "--hidden";

/// The bell on the operator's desk: what your agents ask, in one place.
#[derive(Debug, Default, Parser)]
#[command(name = "deskbell", version)]
pub struct Args {
    /// Keep everything in this folder instead of the usual one.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Play: simulated coordinators with lively agents, in a folder that is thrown away at the end
    /// (unless --data names one to keep).
    #[arg(long)]
    pub demo: bool,
    /// Write the manual page into this folder, for a package, and end.
    #[arg(long, value_name = "DIR", hide = true)]
    pub manual: Option<PathBuf>,
    /// Start in the tray, without a window, where there is a tray.
    #[arg(long)]
    pub hidden: bool,
    /// Show the next ask that waits.
    #[arg(long, conflicts_with_all = ["hidden", "link"])]
    pub next: bool,
    /// A link to an ask, to be shown: deskbell://ask/SOURCE/ITEM.
    #[arg(value_name = "LINK", conflicts_with = "hidden")]
    pub link: Option<String>,
}

impl Args {
    pub fn errand(&self) -> Errand {
        match &self.link {
            Some(link) => Errand::Link(link.clone()),
            None if self.next => Errand::Next,
            None if self.hidden => Errand::Hide,
            None => Errand::Present,
        }
    }

    /// What a start by the desktop says, to be like this one.
    pub fn autostart(&self) -> Result<Vec<String>, String> {
        if self.demo {
            return Err("The demo does not start with the desktop.".to_owned());
        }
        let mut arguments = vec![HIDDEN.to_owned()];
        if let Some(data) = &self.data {
            let data =
                std::path::absolute(data).ok().and_then(|data| data.into_os_string().into_string().ok());
            arguments.extend(["--data".to_owned(), data.ok_or("The path of its folder is no text.")?]);
        }
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn a_start_has_one_errand() {
        let link = "deskbell://ask/hive/approval:7";
        for (words, errand) in [
            (&["deskbell"][..], Some(Errand::Present)),
            (&["deskbell", "--data", "/tmp/x", link], Some(Errand::Link(link.to_owned()))),
            (&["deskbell", "--hidden"], Some(Errand::Hide)),
            (&["deskbell", "--next"], Some(Errand::Next)),
            (&["deskbell", "--next", link], None),
            (&["deskbell", "--hidden", link], None),
            (&["deskbell", link, link], None),
        ] {
            assert_eq!(Args::try_parse_from(words).ok().map(|args| args.errand()), errand, "{words:?}");
        }
    }

    #[test]
    fn a_start_by_the_desktop_is_like_this_one() {
        let autostart = |words: &[&str]| Args::try_parse_from(words).unwrap().autostart();
        assert_eq!(autostart(&["deskbell", "--next"]).unwrap(), ["--hidden"]);
        assert_eq!(autostart(&["deskbell", "--data", "/a b"]).unwrap(), ["--hidden", "--data", "/a b"]);
        assert!(autostart(&["deskbell", "--demo"]).is_err());
    }

    #[test]
    fn a_flag_that_is_not_there_is_named() {
        let error = Args::try_parse_from(["deskbell", "--dato", "x"]).unwrap_err();
        assert!(error.to_string().contains("--dato"), "{error}");
    }
}
