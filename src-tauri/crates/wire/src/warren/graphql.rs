//! What is asked over `POST /graphql`, and what the replies say. An error comes with status 200.

use deskbell_domain::{Fault, FaultCode, Next};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::words::{TITLE, line};
use crate::{Body, Reply, Request};

/// Messages asked for at a time.
pub(super) const PAGE: usize = 200;
/// Tickets of one status asked for.
const TICKETS: usize = 100;

const TICKET: &str = "id status title createdAt updatedAt";

fn post(query: &str, variables: &Value) -> Request {
    let body = json!({ "query": query, "variables": variables });
    Request::post("/graphql", Body::Json(body.to_string()))
}

/// The tickets that are open or resolved.
pub(super) fn list() -> Request {
    let query = format!(
        "query Tickets($limit: Int) {{ \
         open: tickets(statuses: [\"open\"], offset: 0, limit: $limit) {{ tickets {{ {TICKET} }} totalCount }} \
         resolved: tickets(statuses: [\"resolved\"], offset: 0, limit: $limit) {{ tickets {{ {TICKET} }} totalCount }} }}"
    );
    post(&query, &json!({ "limit": TICKETS }))
}

/// One ticket, its sessions, and one page of what was said in them.
pub(super) fn room(ticket: &str, offset: usize) -> Request {
    let query = format!(
        "query Room($id: ID!, $offset: Int, $limit: Int) {{ ticket(id: $id) {{ {TICKET} }} \
         ticketSessions(ticketId: $id) {{ id ticketID source userID query createdAt updatedAt }} \
         ticketSessionMessages(ticketId: $id, offset: $offset, limit: $limit) \
         {{ id sessionID turnID type content author {{ userID displayName }} createdAt updatedAt }} }}"
    );
    post(&query, &json!({ "id": ticket, "offset": offset, "limit": PAGE }))
}

pub(super) fn ticket(id: &str) -> Request {
    post(&format!("query Ticket($id: ID!) {{ ticket(id: $id) {{ {TICKET} }} }}"), &json!({ "id": id }))
}

/// Nothing is left out of the reply that could tell who won.
pub(super) fn resolve(id: &str, approved: bool, answer: Option<&str>, comment: Option<&str>) -> Request {
    let query = "mutation Resolve($id: ID!, $approved: Boolean!, $answer: String, $comment: String) \
                 { resolveHITLRequest(id: $id, approved: $approved, answer: $answer, comment: $comment) \
                 { id type status response respondedAt } }";
    post(query, &json!({ "id": id, "approved": approved, "answer": answer, "comment": comment }))
}

pub(super) fn close(id: &str, conclusion: &str, reason: &str) -> Request {
    let query = format!(
        "mutation Close($id: ID!, $conclusion: String!, $reason: String!) \
         {{ done: resolveTicket(id: $id, conclusion: $conclusion, reason: $reason) {{ {TICKET} }} }}"
    );
    post(&query, &json!({ "id": id, "conclusion": conclusion, "reason": reason }))
}

/// `verb` is `reopenTicket`, `archiveTicket` or `unarchiveTicket`.
pub(super) fn turn(verb: &'static str, id: &str) -> Request {
    post(&format!("mutation Turn($id: ID!) {{ done: {verb}(id: $id) {{ {TICKET} }} }}"), &json!({ "id": id }))
}

type Rows = Vec<Box<RawValue>>;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Data {
    pub open: Option<Page>,
    pub resolved: Option<Page>,
    pub ticket: Option<Box<RawValue>>,
    pub ticket_sessions: Option<Rows>,
    pub ticket_session_messages: Option<Rows>,
    #[serde(rename = "resolveHITLRequest")]
    pub resolve: Option<Resolved>,
    pub done: Option<Box<RawValue>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    pub tickets: Option<Rows>,
    pub total_count: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Resolved {
    #[serde(default)]
    pub status: String,
}

#[derive(Debug, Deserialize)]
struct Answered {
    data: Option<Data>,
    errors: Option<Vec<Value>>,
}

/// What a reply says: data, and the words of its errors.
#[derive(Debug)]
pub(super) struct Said {
    pub data: Data,
    pub errors: Vec<String>,
}

/// Reads a reply. A fault means that it says nothing of what was asked.
pub(super) fn read(reply: &Reply) -> Result<Said, Fault> {
    match reply.status {
        200 => {}
        401 | 403 => return Err(unauthorized(reply.status)),
        429 | 500.. => {
            let message =
                format!("warren is in trouble: /graphql answered {} {}", reply.status, beginning(reply));
            return Err(Fault::new(FaultCode::Server, message, "", Next::Soon));
        }
        _ => return Err(not_warren(reply)),
    }
    let Ok(Answered { data, errors }) = serde_json::from_slice(&reply.body) else {
        return Err(not_warren(reply));
    };
    let errors: Vec<String> = errors.unwrap_or_default().iter().map(words).collect();
    match data {
        Some(data) => Ok(Said { data, errors }),
        None if errors.is_empty() => Err(not_warren(reply)),
        None => Ok(Said { data: Data::default(), errors }),
    }
}

fn words(error: &Value) -> String {
    line(error.get("message").and_then(Value::as_str).unwrap_or("an error without words"), TITLE)
}

pub(super) fn unauthorized(status: u16) -> Fault {
    Fault::new(
        FaultCode::Unauthorized,
        format!("warren wants a login, and the one given is missing, expired or not allowed ({status})."),
        "Log in to warren in a browser, then set the login to the header \"Cookie\" with \"token_id=…; token_secret=…\".",
        Next::Never,
    )
}

fn not_warren(reply: &Reply) -> Fault {
    let kind = reply.content_type.as_deref().unwrap_or("nothing named");
    Fault::new(
        FaultCode::WrongDialect,
        format!(
            "This does not speak as warren does: /graphql answered {} with {kind}: {}",
            reply.status,
            beginning(reply)
        ),
        "Check that the address is that of warren (0.16 or newer), without a path.",
        Next::Never,
    )
}

/// What a reply begins with, for an error text.
pub(super) fn beginning(reply: &Reply) -> String {
    let bytes = reply.body.get(..reply.body.len().min(1_000)).unwrap_or_default();
    line(&String::from_utf8_lossy(bytes), TITLE)
}
