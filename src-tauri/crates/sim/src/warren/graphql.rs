//! The part of warren's GraphQL that a desk uses. A field is answered under its alias, with all it has.

use serde_json::{Map, Value, json};

use super::model::{Hitl, Ticket, World};

/// Answers a request's body.
pub(super) fn answer(world: &mut World, body: &Value) -> Value {
    let query = body["query"].as_str().unwrap_or_default();
    let given = &body["variables"];
    let text = |name: &str| given[name].as_str();
    let id = text("id").unwrap_or_default();
    let mut data = Map::new();
    let mut errors = Vec::new();
    for (alias, field) in fields(query) {
        let value = match field.as_str() {
            "tickets" => Ok(tickets(world, query, &alias)),
            "ticket" => Ok(world.tickets.get(id).map_or(Value::Null, |ticket| ticket_row(id, ticket))),
            "ticketSessions" => Ok(sessions(world, id)),
            "ticketSessionMessages" => Ok(messages(world, id, given)),
            "resolveHITLRequest" => {
                let approved = given["approved"].as_bool().unwrap_or(false);
                let resolved = world.resolve(id, approved, text("answer"), text("comment"));
                if resolved.is_ok()
                    && let Some(hitl) = world.hitls.get_mut(id)
                {
                    hitl.by_request = true;
                }
                resolved.map(|hitl| hitl_row(id, &hitl)).map_err(str::to_owned)
            }
            "resolveTicket" => turn(world, id, "resolved"),
            "reopenTicket" | "unarchiveTicket" => turn(world, id, "open"),
            "archiveTicket" => turn(world, id, "archived"),
            other => Err(format!("Cannot query field \"{other}\"")),
        };
        match value {
            Ok(value) => {
                data.insert(alias, value);
            }
            Err(message) => {
                errors.push(json!({ "message": message, "path": [alias] }));
                data.insert(alias, Value::Null);
            }
        }
    }
    // A required field without a value makes all of it nothing.
    match errors.is_empty() {
        true => json!({ "data": data }),
        false => json!({ "errors": errors, "data": null }),
    }
}

pub(super) fn is_mutation(body: &Value) -> bool {
    body["query"].as_str().is_some_and(|query| query.trim_start().starts_with("mutation"))
}

/// The fields at the top of a query, with what each is to be called.
fn fields(query: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let (mut braces, mut parens) = (0_u32, 0_u32);
    let mut word = String::new();
    let mut alias = None;
    for c in query.chars() {
        match c {
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            '(' => {
                if braces == 1 && parens == 0 && !word.is_empty() {
                    let field = std::mem::take(&mut word);
                    found.push((alias.take().unwrap_or_else(|| field.clone()), field));
                }
                parens += 1;
            }
            ')' => parens = parens.saturating_sub(1),
            ':' if braces == 1 && parens == 0 => alias = Some(std::mem::take(&mut word)),
            c if braces == 1 && parens == 0 && c.is_alphanumeric() => word.push(c),
            c if c.is_whitespace() && alias.is_some() && word.is_empty() => {}
            _ if braces == 1 && parens == 0 => word.clear(),
            _ => {}
        }
    }
    found
}

fn list(world: &World, rows: Vec<Value>) -> Value {
    if rows.is_empty() && world.faults.null_lists { Value::Null } else { Value::Array(rows) }
}

/// The statuses are in the query itself; an alias tells which of several lists is meant.
fn tickets(world: &World, query: &str, alias: &str) -> Value {
    let wants = |status: &str| if alias == "tickets" { query.contains(status) } else { alias == status };
    let rows: Vec<Value> = world
        .tickets
        .iter()
        .filter(|(_, ticket)| wants(ticket.status))
        .map(|(id, ticket)| ticket_row(id, ticket))
        .collect();
    let count = rows.len();
    json!({ "tickets": list(world, rows), "totalCount": count })
}

fn ticket_row(id: &str, ticket: &Ticket) -> Value {
    json!({ "id": id, "status": ticket.status, "title": ticket.title, "description": "", "createdAt": ticket.created,
            "updatedAt": ticket.updated })
}

fn turn(world: &mut World, id: &str, status: &'static str) -> Result<Value, String> {
    world
        .turn_ticket(id, status)
        .map(|ticket| ticket_row(id, ticket))
        .ok_or_else(|| "ticket not found".into())
}

fn sessions(world: &World, ticket: &str) -> Value {
    let rows = world.sessions.iter().filter(|(_, session)| session.ticket == ticket).map(|(id, session)| {
        json!({ "id": id, "ticketID": ticket, "status": "active", "userID": session.user, "query": session.query,
                "createdAt": session.created, "updatedAt": session.created, "source": session.source })
    });
    list(world, rows.collect())
}

fn messages(world: &World, ticket: &str, given: &Value) -> Value {
    let of = |session: &str| world.sessions.get(session).is_some_and(|session| session.ticket == ticket);
    let mut rows: Vec<_> = world.messages.iter().filter(|(_, message)| of(&message.session)).collect();
    rows.sort_by(|(_, a), (_, b)| a.created.cmp(&b.created));
    let number = |name: &str| usize::try_from(given[name].as_u64().unwrap_or(0)).unwrap_or(0);
    let limit = if number("limit") == 0 { usize::MAX } else { number("limit") };
    let rows = rows.into_iter().skip(number("offset")).take(limit).map(|(id, message)| {
        let author = message.author.as_ref().map(|author| json!({ "userID": author, "displayName": author }));
        json!({ "id": id, "sessionID": message.session, "turnID": message.turn, "ticketID": ticket,
                "type": message.kind, "content": message.content, "author": author,
                "createdAt": message.created, "updatedAt": message.updated })
    });
    list(world, rows.collect())
}

fn hitl_row(id: &str, hitl: &Hitl) -> Value {
    let response = json!({ "answer": hitl.answer, "comment": hitl.comment });
    json!({ "id": id, "sessionID": hitl.session, "type": hitl.kind, "status": hitl.status,
            "payload": hitl.payload.to_string(), "response": response.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_answered_field_by_field_under_its_aliases() {
        let named = |query: &str| {
            fields(query).into_iter().map(|(alias, field)| format!("{alias}={field}")).collect::<Vec<_>>()
        };
        let query = "query T($n: Int) { open: tickets(statuses: [\"open\"]) { tickets { id } totalCount } ticket(id: $n) { id } }";
        assert_eq!(named(query), ["open=tickets", "ticket=ticket"]);
        assert_eq!(
            named("mutation T($id: ID!) { done: archiveTicket(id: $id) { id } }"),
            ["done=archiveTicket"]
        );
    }
}
