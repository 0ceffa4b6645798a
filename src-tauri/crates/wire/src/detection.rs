use crate::{Login, Reply};

/// How a server of a dialect is found on this machine: without a secret, and without changing anything there.
#[derive(Clone, Copy, Debug)]
pub struct Detection {
    /// Where it usually listens; none for one that says so in its state file.
    pub ports: &'static [u16],
    /// What it is asked for, by GET: a path that is only read, and costs the server little.
    pub path: &'static str,
    /// Whether this body can only come from such a server.
    pub proof: fn(&[u8]) -> bool,
    /// Its own lock, where it may have one. Before any server there may be somebody else's.
    pub login: Option<Login>,
}

/// What an answer shows of who gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    Itself,
    /// It wants to know who comes before it says what it is.
    Locked,
    Else,
}

impl Detection {
    pub fn judge(&self, reply: &Reply) -> Sight {
        match reply.status {
            200 if (self.proof)(&reply.body) => Sight::Itself,
            // 403 is no lock: some answer it to whatever they do not know, as macOS does on hyperhive's own port.
            401 => Sight::Locked,
            _ => Sight::Else,
        }
    }
}
