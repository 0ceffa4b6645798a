//! Each agent has a server of its own, on the host of its coordinator.

use std::collections::BTreeMap;

use deskbell_domain::{Agent, Source};

use crate::Attachment;

/// The source that listens to an agent itself, where the coordinator says at which port.
pub(super) fn of(source: &Source, agent: &Agent) -> Option<Attachment> {
    let port: u16 = agent.facts.get("port")?.parse().ok().filter(|port| *port != 0)?;
    let (scheme, rest) = source.url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    // An address of version 6 has colons of its own, in brackets.
    let host = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => name,
        Some(_) | None => host,
    };
    (!host.is_empty()).then(|| Attachment {
        name: format!("{} {}", source.name, agent.name),
        dialect: crate::hyperhive_agent::DIALECT.name,
        url: format!("{scheme}://{host}:{port}"),
        settings: BTreeMap::from([("parent".to_owned(), vec![source.id.to_string()])]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskbell_domain::{AgentState, Auth, ItemId, SecretRef, SourceId};

    fn url(parent: &str, port: &str) -> Option<String> {
        let source = Source {
            id: SourceId::new("hive"),
            name: "hive prod".into(),
            dialect: "hyperhive".into(),
            url: parent.into(),
            auth: Auth::None,
            secret: SecretRef::None,
            settings: BTreeMap::new(),
            paused: false,
        };
        let agent = Agent {
            item: ItemId::of("agent", "coder"),
            name: "coder".into(),
            state: AgentState::Running,
            transient: None,
            facts: BTreeMap::from([("port".to_owned(), port.to_owned())]),
            offers: Vec::new(),
        };
        let attachment = of(&source, &agent)?;
        assert_eq!((attachment.name.as_str(), attachment.dialect), ("hive prod coder", "hyperhive-agent"));
        assert_eq!(attachment.settings["parent"], ["hive"]);
        Some(attachment.url)
    }

    #[test]
    fn an_agent_is_heard_at_its_port_on_the_host_of_its_coordinator() {
        for (parent, wanted) in [
            ("http://127.0.0.1:7000", "http://127.0.0.1:8101"),
            ("https://hive.example/dash?x=1", "https://hive.example:8101"),
            ("http://me:word@[::1]:7000/", "http://[::1]:8101"),
            ("http://[fe80::1]", "http://[fe80::1]:8101"),
        ] {
            assert_eq!(url(parent, "8101").as_deref(), Some(wanted));
        }
    }

    #[test]
    fn nothing_is_made_of_a_port_that_is_none() {
        for port in ["", "0", "65536", "1/evil", "-1"] {
            assert_eq!(url("http://127.0.0.1:7000", port), None, "{port}");
        }
        assert_eq!(url("127.0.0.1", "8101"), None);
    }
}
