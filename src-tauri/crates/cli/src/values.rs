//! Brings what the operator typed into the fields of an offer.

use std::collections::BTreeMap;

use deskbell_domain::{Choice, Field, Input, Offer, Secret, Value};

use deskbell_engine::escape;

/// What was typed, before it is known where it belongs.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub note: Option<String>,
    pub text: Option<String>,
    pub picks: Vec<String>,
    /// By field id.
    pub fields: Vec<(String, String)>,
}

impl Typed {
    pub fn is_empty(&self) -> bool {
        self.note.is_none() && self.text.is_none() && self.picks.is_empty() && self.fields.is_empty()
    }
}

pub type Values = BTreeMap<String, Value>;

/// Finds the field of each value. The error says which fields there are. What the server set as the default
/// of a field that was not filled in goes along, as it would from the window.
pub fn route(offer: &Offer, typed: &Typed) -> Result<Values, String> {
    let mut values = Values::new();
    if let Some(note) = &typed.note {
        let field = offer.fields.iter().find(|f| f.id == "note" && is_text(f));
        let field = field.ok_or_else(|| format!("{} takes no note; {}", quote(offer), known(offer)))?;
        values.insert(field.id.clone(), Value::Text(note.clone()));
    }
    if let Some(text) = &typed.text {
        put_text(offer, text, &mut values)?;
    }
    for label in &typed.picks {
        put_pick(offer, label, &mut values)?;
    }
    for (id, text) in &typed.fields {
        let field = offer.fields.iter().find(|f| f.id == *id);
        let field =
            field.ok_or_else(|| format!("{} has no field \"{id}\"; {}", quote(offer), known(offer)))?;
        put_field(field, text, &mut values)?;
    }
    for field in &offer.fields {
        if let Some(default) = default_of(field) {
            values.entry(field.id.clone()).or_insert(default);
        }
    }
    Ok(values)
}

fn put_text(offer: &Offer, text: &str, values: &mut Values) -> Result<(), String> {
    let texts: Vec<&Field> = offer.fields.iter().filter(|f| is_text(f)).collect();
    // A note is written with --note, so it is meant last.
    let others: Vec<&Field> = texts.iter().copied().filter(|f| f.id != "note").collect();
    let own_words: Vec<&Field> = offer.fields.iter().filter(|f| takes_own_words(f)).collect();
    let places = [others, own_words, texts].into_iter().find(|places| !places.is_empty()).unwrap_or_default();
    match places[..] {
        [] => Err(format!("{} takes no text; {}", quote(offer), known(offer))),
        [field] if is_text(field) => fill(field, Value::Text(text.to_owned()), values),
        [field] => add_own_words(field, text, values),
        _ => Err(format!("--text could go into {}: say which with --field", ids(&places))),
    }
}

fn put_pick(offer: &Offer, label: &str, values: &mut Values) -> Result<(), String> {
    let picks: Vec<(&Field, &[Choice])> = offer
        .fields
        .iter()
        .filter(|field| matches!(field.input, Input::Pick { .. }))
        .map(|field| (field, options(field)))
        .collect();
    let mut found = Vec::new();
    for (field, options) in &picks {
        if let Some(label) = exactly(options, label) {
            found.push((*field, label));
        }
    }
    if found.is_empty() {
        for (field, options) in &picks {
            if let Some(label) = loosely(options, label)? {
                found.push((*field, label));
            }
        }
    }
    match found[..] {
        [(field, label)] => {
            choose(field, label, values);
            Ok(())
        }
        [] => Err(match picks[..] {
            [] => format!("{} has nothing to pick from; {}", quote(offer), known(offer)),
            _ => format!("\"{label}\" is not among the options; {}", known(offer)),
        }),
        _ => {
            let fields: Vec<&Field> = found.iter().map(|(field, _)| *field).collect();
            Err(format!("\"{label}\" is an option of {}: say which with --field", ids(&fields)))
        }
    }
}

fn put_field(field: &Field, text: &str, values: &mut Values) -> Result<(), String> {
    match &field.input {
        Input::Text { .. } => fill(field, Value::Text(text.to_owned()), values),
        Input::Date { .. } => fill(field, Value::Date(text.trim().to_owned()), values),
        Input::Flag { .. } => fill(field, Value::Flag(flag(field, text)?), values),
        Input::Secret { .. } => Err(format!(
            "{} never comes from the command line, where every user of the machine could read it: it is asked \
             for, or read from standard input",
            field.id
        )),
        Input::Pick { options, other, .. } => match exactly(options, text)
            .map_or_else(|| loosely(options, text), |l| Ok(Some(l)))?
        {
            Some(label) => {
                choose(field, label, values);
                Ok(())
            }
            None if *other => add_own_words(field, text, values),
            None => Err(format!("\"{text}\" is not among the options of {}: {}", field.id, labels(options))),
        },
    }
}

fn fill(field: &Field, value: Value, values: &mut Values) -> Result<(), String> {
    match values.insert(field.id.clone(), value) {
        None => Ok(()),
        Some(_) => Err(format!("{} is filled in twice", field.id)),
    }
}

fn choose(field: &Field, label: &str, values: &mut Values) {
    if let Value::Pick { chosen, .. } = pick_of(field, values) {
        chosen.push(label.to_owned());
    }
}

fn add_own_words(field: &Field, text: &str, values: &mut Values) -> Result<(), String> {
    match pick_of(field, values) {
        Value::Pick { other: other @ None, .. } => {
            *other = Some(text.to_owned());
            Ok(())
        }
        _ => Err(format!("{} takes your own words once", field.id)),
    }
}

fn pick_of<'a>(field: &Field, values: &'a mut Values) -> &'a mut Value {
    values.entry(field.id.clone()).or_insert_with(|| Value::Pick { chosen: Vec::new(), other: None })
}

fn exactly<'a>(options: &'a [Choice], label: &str) -> Option<&'a str> {
    options.iter().map(|o| o.label.as_str()).find(|l| *l == label)
}

/// Without regard to case, where that leaves only one.
fn loosely<'a>(options: &'a [Choice], label: &str) -> Result<Option<&'a str>, String> {
    let small = label.to_lowercase();
    let mut like = options.iter().map(|o| o.label.as_str()).filter(|l| l.to_lowercase() == small);
    match (like.next(), like.next()) {
        (one, None) => Ok(one),
        (_, Some(_)) => Err(format!("\"{label}\" could be several options: write it exactly as one of them")),
    }
}

fn flag(field: &Field, text: &str) -> Result<bool, String> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "true" | "on" | "1" => Ok(true),
        "no" | "false" | "off" | "0" => Ok(false),
        _ => Err(format!("{} is yes or no, and \"{text}\" is neither", field.id)),
    }
}

fn default_of(field: &Field) -> Option<Value> {
    match &field.input {
        Input::Text { default, .. } => default.clone().map(Value::Text),
        Input::Date { default } => default.clone().map(Value::Date),
        Input::Flag { default } => Some(Value::Flag(*default)),
        Input::Pick { .. } | Input::Secret { .. } => None,
    }
}

/// Fills in what must not be seen; `ask` is given what is asked for.
pub fn add_secrets<E>(
    offer: &Offer,
    values: &mut Values,
    ask: impl Fn(&str) -> Result<String, E>,
) -> Result<(), E> {
    for field in offer.fields.iter().filter(|field| matches!(field.input, Input::Secret { .. })) {
        let words = ask(&escape::line(&field.label))?;
        values.insert(field.id.clone(), Value::Secret(Secret::new(words)));
    }
    Ok(())
}

fn is_text(field: &Field) -> bool {
    matches!(field.input, Input::Text { .. })
}

fn takes_own_words(field: &Field) -> bool {
    matches!(field.input, Input::Pick { other: true, .. })
}

/// What may be picked in a field.
pub fn options(field: &Field) -> &[Choice] {
    match &field.input {
        Input::Pick { options, .. } => options,
        Input::Text { .. } | Input::Date { .. } | Input::Flag { .. } | Input::Secret { .. } => &[],
    }
}

fn quote(offer: &Offer) -> String {
    format!("\"{}\"", offer.id)
}

fn ids(fields: &[&Field]) -> String {
    fields.iter().map(|f| f.id.as_str()).collect::<Vec<_>>().join(" or ")
}

fn labels(options: &[Choice]) -> String {
    options.iter().map(|o| format!("\"{}\"", o.label)).collect::<Vec<_>>().join(", ")
}

/// The fields of an offer, for a message that says what can be filled in.
pub fn known(offer: &Offer) -> String {
    match offer.fields[..] {
        [] => "it has no fields".to_owned(),
        _ => format!("its fields: {}", offer.fields.iter().map(describe).collect::<Vec<_>>().join("; ")),
    }
}

/// A field in a line: `q1: Which colour? (pick one of "Red", "Blue", or your own words)`.
pub fn describe(field: &Field) -> String {
    let takes = match &field.input {
        Input::Text { .. } => "text".to_owned(),
        Input::Date { .. } => "a date, year-month-day".to_owned(),
        Input::Flag { .. } => "yes or no".to_owned(),
        Input::Secret { .. } => "asked for without showing it".to_owned(),
        Input::Pick { options, many, other, .. } => {
            let how = if *many { "pick any of" } else { "pick one of" };
            let own = if *other { ", or your own words" } else { "" };
            format!("{how} {}{own}", labels(options))
        }
    };
    let must = if field.required { "" } else { ", may stay empty" };
    let label = if field.label.eq_ignore_ascii_case(&field.id) { "" } else { &field.label };
    let gap = if label.is_empty() { "" } else { ": " };
    escape::line(&format!("{}{gap}{label} ({takes}{must})", field.id))
}

#[cfg(test)]
mod tests {
    use deskbell_domain::Tone;

    use super::*;

    fn pick(id: &str, labels: &[&str], other: bool) -> Field {
        Field {
            input: Input::Pick {
                options: labels.iter().map(|l| Choice::plain(*l)).collect(),
                many: true,
                other,
                max_bytes: None,
            },
            ..Field::text(id, id, true, 100)
        }
    }

    fn flag(id: &str, default: bool) -> Field {
        Field { input: Input::Flag { default }, ..Field::text(id, id, false, 0) }
    }

    fn offer(fields: &[Field]) -> Offer {
        Offer { fields: fields.to_vec(), ..Offer::plain("answer", "Answer", Tone::Yes) }
    }

    fn text(text: &str) -> Typed {
        Typed { text: Some(text.into()), ..Typed::default() }
    }

    fn picks(labels: &[&str]) -> Typed {
        Typed { picks: labels.iter().map(|l| (*l).to_owned()).collect(), ..Typed::default() }
    }

    fn fields(pairs: &[(&str, &str)]) -> Typed {
        let fields = pairs.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect();
        Typed { fields, ..Typed::default() }
    }

    fn chosen(labels: &[&str], other: Option<&str>) -> Value {
        Value::Pick { chosen: labels.iter().map(|l| (*l).to_owned()).collect(), other: other.map(Into::into) }
    }

    #[test]
    fn a_note_goes_into_the_note_and_nowhere_else() {
        let typed = Typed { note: Some("no".into()), ..Typed::default() };
        let values = route(&offer(&[Field::text("note", "Note", false, 9)]), &typed).unwrap();
        assert_eq!(values["note"], Value::Text("no".into()));
        let error = route(&offer(&[Field::text("body", "Body", false, 9)]), &typed).unwrap_err();
        assert!(error.contains("takes no note") && error.contains("body"), "{error}");
    }

    #[test]
    fn text_goes_into_the_only_text_or_beside_the_options() {
        let note = Field::text("note", "Note", false, 9);
        let body = Field::text("body", "Body", false, 9);
        let colour = pick("colour", &["Red"], true);
        for (fields, id, value) in [
            (vec![body.clone()], "body", Value::Text("x".into())),
            (vec![note.clone(), body.clone()], "body", Value::Text("x".into())),
            (vec![note.clone()], "note", Value::Text("x".into())),
            (vec![colour.clone(), note], "colour", chosen(&[], Some("x"))),
            (vec![colour.clone(), body.clone()], "body", Value::Text("x".into())),
        ] {
            let values = route(&offer(&fields), &text("x")).unwrap();
            assert_eq!((values.len(), &values[id]), (1, &value));
        }
        let two = offer(&[body, Field::text("title", "Title", false, 9)]);
        assert!(route(&two, &text("x")).unwrap_err().contains("body or title"));
        assert!(
            route(&offer(&[pick("colour", &["Red"], false)]), &text("x"))
                .unwrap_err()
                .contains("takes no text")
        );
    }

    #[test]
    fn a_pick_finds_the_field_that_has_it() {
        let offer =
            offer(&[pick("colour", &["Red", "Blue", "blue"], false), pick("size", &["Small", "red"], false)]);
        let values = route(&offer, &picks(&["Red", "SMALL"])).unwrap();
        assert_eq!(values["colour"], chosen(&["Red"], None));
        assert_eq!(values["size"], chosen(&["Small"], None));
        let values = route(&offer, &picks(&["blue", "Blue"])).unwrap();
        assert_eq!(values["colour"], chosen(&["blue", "Blue"], None));
        for (label, words) in [
            ("RED", "an option of colour or size"),
            ("BLUE", "could be several"),
            ("Green", "not among the options"),
        ] {
            let error = route(&offer, &picks(&[label])).unwrap_err();
            assert!(error.contains(words), "{label}: {error}");
        }
    }

    #[test]
    fn options_and_own_words_go_together() {
        let typed = Typed { text: Some("and mine".into()), ..picks(&["Red"]) };
        let values = route(&offer(&[pick("colour", &["Red"], true)]), &typed).unwrap();
        assert_eq!(values["colour"], chosen(&["Red"], Some("and mine")));
    }

    #[test]
    fn a_field_is_read_by_its_type() {
        let date = Field { input: Input::Date { default: None }, ..Field::text("day", "Day", true, 0) };
        let offer = offer(&[
            Field::text("name", "Name", true, 9),
            date,
            flag("dry", false),
            pick("colour", &["Red", "Blue"], true),
            pick("size", &["Small"], false),
        ]);
        let typed = fields(&[
            ("name", " n "),
            ("day", "2026-11-21 "),
            ("dry", "Yes"),
            ("colour", "red"),
            ("colour", "Blue"),
            ("colour", "teal"),
            ("size", "Small"),
        ]);
        let values = route(&offer, &typed).unwrap();
        assert_eq!(values["name"], Value::Text(" n ".into()));
        assert_eq!(values["day"], Value::Date("2026-11-21".into()));
        assert_eq!(values["dry"], Value::Flag(true));
        assert_eq!(values["colour"], chosen(&["Red", "Blue"], Some("teal")));
        for (pair, words) in [
            (("dry", "maybe"), "yes or no"),
            (("size", "Large"), "\"Small\""),
            (("weight", "1"), "no field \"weight\""),
        ] {
            let error = route(&offer, &fields(&[pair])).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        assert!(route(&offer, &fields(&[("name", "a"), ("name", "b")])).unwrap_err().contains("twice"));
        assert!(route(&offer, &fields(&[("colour", "x"), ("colour", "y")])).unwrap_err().contains("once"));
    }

    #[test]
    fn a_secret_is_asked_for_and_never_typed_into_the_command() {
        let offer = offer(&[Field::text("name", "Name", false, 9), Field::secret("code", "Code", 9)]);
        let error = route(&offer, &fields(&[("code", "hunter2")])).unwrap_err();
        assert!(error.contains("never comes from the command line"), "{error}");
        let mut values = route(&offer, &fields(&[("name", "n")])).unwrap();
        add_secrets(&offer, &mut values, |what| {
            assert_eq!(what, "Code");
            Ok::<_, String>("hunter2".to_owned())
        })
        .unwrap();
        assert_eq!(values["code"], Value::Secret(Secret::new("hunter2")));
        assert_eq!(values["name"], Value::Text("n".into()));
    }

    #[test]
    fn a_default_goes_along_unless_something_is_typed() {
        let mut name = Field::text("name", "Name", true, 9);
        name.input =
            Input::Text { multiline: false, min: 0, max: 9, max_bytes: None, default: Some("x".into()) };
        let offer = offer(&[name, flag("dry", true)]);
        let values = route(&offer, &Typed::default()).unwrap();
        assert_eq!((&values["name"], &values["dry"]), (&Value::Text("x".into()), &Value::Flag(true)));
        let values = route(&offer, &fields(&[("name", "y"), ("dry", "no")])).unwrap();
        assert_eq!((&values["name"], &values["dry"]), (&Value::Text("y".into()), &Value::Flag(false)));
    }
}
