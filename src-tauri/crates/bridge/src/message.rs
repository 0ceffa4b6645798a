//! What goes over the socket, one JSON object a line.

use deskbell_engine::command::{Answer, Batch, Command, CommandError, ErrorCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Names a request within its connection; replies carry it back.
pub(crate) type RequestId = u64;

/// What a client sends.
#[derive(Debug)]
pub(crate) enum Request {
    Command(Box<Command>),
    Subscribe,
}

/// What the server sends.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Response {
    /// Nothing where the request could not be read so far.
    pub id: Option<RequestId>,
    #[serde(flatten)]
    pub body: Body,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Body {
    Ok(Box<Answer>),
    Error(CommandError),
    Batch(Batch),
}

impl Response {
    /// To a request that makes no sense.
    pub fn invalid(id: Option<RequestId>, message: impl Into<String>) -> Self {
        Self { id, body: Body::Error(CommandError { code: ErrorCode::Invalid, message: message.into() }) }
    }

    /// To whoever may not ask at all.
    pub fn refusal(message: impl Into<String>) -> Self {
        Self {
            id: None,
            body: Body::Error(CommandError { code: ErrorCode::Failed, message: message.into() }),
        }
    }

    /// As a line, its end included.
    pub fn line(&self) -> Vec<u8> {
        line(self)
    }
}

/// A request for a command, as a line.
pub(crate) fn command_line(id: RequestId, command: &Command) -> Vec<u8> {
    #[derive(Serialize)]
    struct Out<'a> {
        id: RequestId,
        #[serde(flatten)]
        command: &'a Command,
    }
    line(&Out { id, command })
}

pub(crate) fn subscribe_line(id: RequestId) -> Vec<u8> {
    line(&serde_json::json!({ "id": id, "subscribe": true }))
}

fn line<T: Serialize>(message: &T) -> Vec<u8> {
    // Every message here has text keys only, so it always has a JSON form.
    let mut bytes = serde_json::to_vec(message).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// Reads a request, or makes the reply that says what is wrong with it.
pub(crate) fn read_request(line: &[u8]) -> Result<(RequestId, Request), Box<Response>> {
    let trouble = |id, message: String| Box::new(Response::invalid(id, message));
    let mut object: Map<String, Value> = serde_json::from_slice(line)
        .map_err(|error| trouble(None, format!("this line is not a JSON object: {error}")))?;
    let Some(id) = object.remove("id").and_then(|id| id.as_u64()) else {
        return Err(trouble(None, "a request needs an \"id\", a whole number".to_owned()));
    };
    match object.get("subscribe") {
        Some(Value::Bool(true)) => return Ok((id, Request::Subscribe)),
        Some(_) => return Err(trouble(Some(id), "\"subscribe\" can only be true".to_owned())),
        None => {}
    }
    let Some(name) = object.get("command").and_then(Value::as_str).map(str::to_owned) else {
        return Err(trouble(Some(id), "a request needs a \"command\", or \"subscribe\": true".to_owned()));
    };
    serde_json::from_value(Value::Object(object))
        .map(|command| (id, Request::Command(Box::new(command))))
        .map_err(|error| trouble(Some(id), format!("{name}: {}", without_values(&name, &error.to_string()))))
}

/// A source's draft may hold a secret, and serde repeats a value it does not like.
fn without_values(command: &str, error: &str) -> String {
    if !command.starts_with("source.") || error.starts_with("missing field") {
        return error.to_owned();
    }
    match error.rsplit_once(", expected ") {
        Some((_, expected)) => format!("a field is not as it must be: expected {expected}"),
        None => "a field is not as it must be".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(line: &str) -> (Option<RequestId>, String) {
        match *read_request(line.as_bytes()).unwrap_err() {
            Response { id, body: Body::Error(error) } => (id, error.message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_command_reads_back_what_it_writes() {
        let line = command_line(7, &Command::AskList { all: true });
        assert_eq!(line.last(), Some(&b'\n'));
        let (id, request) = read_request(&line).unwrap();
        assert_eq!(id, 7);
        assert!(matches!(request, Request::Command(c) if matches!(*c, Command::AskList { all: true })));
        assert!(matches!(read_request(&subscribe_line(3)), Ok((3, Request::Subscribe))));
    }

    #[test]
    fn a_bad_request_is_told_what_is_wrong_with_it() {
        for (line, id, words) in [
            ("hello", None, "not a JSON object"),
            ("[1]", None, "not a JSON object"),
            ("{\"command\":\"ask.list\"}", None, "needs an \"id\""),
            ("{\"id\":-1}", None, "needs an \"id\""),
            ("{\"id\":4}", Some(4), "needs a \"command\""),
            ("{\"id\":4,\"subscribe\":1}", Some(4), "can only be true"),
            ("{\"id\":4,\"command\":\"ask.eat\"}", Some(4), "ask.eat"),
            ("{\"id\":4,\"command\":\"ask.list\"}", Some(4), "missing field `all`"),
        ] {
            let (told, message) = error(line);
            assert_eq!(told, id, "{line}");
            assert!(message.contains(words), "{line}: {message}");
        }
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_not_repeated() {
        for secret in ["\"hunter2\"", "{\"kept\":\"hunter2\"}", "[\"hunter2\"]"] {
            let line = format!(
                r#"{{"id":1,"command":"source.add","draft":{{"name":"n","dialect":"d","url":"u","auth":{{"type":"none"}},"secret":{secret}}}}}"#
            );
            let (_, message) = error(&line);
            assert!(!message.contains("hunter2"), "{message}");
            assert!(message.contains("source.add"), "{message}");
        }
    }
}
