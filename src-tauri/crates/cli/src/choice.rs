//! Which offer is meant.

use deskbell_domain::{Consent, Danger, Offer, Scope, Tone};

use crate::values::{Typed, Values, describe, route};
use deskbell_engine::escape;

/// Finds the offer that is meant and brings the values into its fields. `deliberate` is set where the operator
/// must name the offer, because taking the wrong one is costly. The error lists the offers.
pub fn choose<'a>(
    offers: &'a [Offer],
    named: Option<&str>,
    typed: &Typed,
    deliberate: bool,
) -> Result<(&'a Offer, Values), String> {
    let offer = match named {
        Some(name) => find(offers, name)?,
        None => infer(offers, typed, deliberate)?,
    };
    Ok((offer, route(offer, typed)?))
}

fn find<'a>(offers: &'a [Offer], name: &str) -> Result<&'a Offer, String> {
    if let Some(offer) = offers.iter().find(|o| o.id == name) {
        return Ok(offer);
    }
    let small = name.to_lowercase();
    let mut like = offers.iter().filter(|o| o.id.to_lowercase() == small || o.label.to_lowercase() == small);
    match (like.next(), like.next()) {
        (Some(offer), None) => Ok(offer),
        (None, _) => Err(format!("there is no offer \"{name}\" here; {}", list(offers))),
        (Some(_), Some(_)) => Err(format!("\"{name}\" could be several offers; {}", list(offers))),
    }
}

fn infer<'a>(offers: &'a [Offer], typed: &Typed, deliberate: bool) -> Result<&'a Offer, String> {
    if let [only] = offers {
        return Ok(only);
    }
    let fitting = || offers.iter().filter(|offer| !typed.is_empty() && route(offer, typed).is_ok());
    let plain =
        || offers.iter().filter(|o| o.tone == Tone::Yes && o.scope == Scope::Once && !o.fields.is_empty());
    match only(fitting()).or_else(|| only(plain())) {
        Some(offer) if !deliberate => Ok(offer),
        _ => Err(format!("say with --offer which one you mean; {}", list(offers))),
    }
}

fn only<'a>(mut offers: impl Iterator<Item = &'a Offer>) -> Option<&'a Offer> {
    let first = offers.next()?;
    offers.next().is_none().then_some(first)
}

fn list(offers: &[Offer]) -> String {
    if offers.is_empty() {
        return "nothing is offered".to_owned();
    }
    let lines: Vec<String> = offers.iter().map(|offer| format!("\n  {}", outline(offer))).collect();
    format!("offered:{}", lines.concat())
}

/// An offer in one line, its fields included.
fn outline(offer: &Offer) -> String {
    let fields: Vec<String> = offer.fields.iter().map(|field| format!("; {}", describe(field))).collect();
    format!("{}{}", headline(offer), fields.concat())
}

/// What an offer is, without its fields: `always  Always approve, from now on; wants --yes`.
pub fn headline(offer: &Offer) -> String {
    let mut words = format!("{}  {}", offer.id, offer.label);
    match offer.scope {
        Scope::Once => {}
        Scope::Thread => words.push_str(", for this whole thread"),
        Scope::Always => words.push_str(", from now on"),
    }
    match offer.danger {
        Danger::None => {}
        Danger::Confirm => words.push_str("; wants --yes"),
        Danger::TypeTheName => {
            words.push_str(&format!("; wants --type-name {}", offer.name.as_deref().unwrap_or_default()));
        }
    }
    if let Some(explains) = &offer.explains {
        words.push_str(&format!(": {explains}"));
    }
    escape::line(&words)
}

/// What the operator did to show that they mean it; the error says what is missing.
pub fn consent(offer: &Offer, yes: bool, typed_name: Option<&str>) -> Result<Consent, String> {
    let name = offer.name.as_deref().unwrap_or_default();
    match (offer.danger, typed_name) {
        (Danger::None, _) => Ok(Consent::None),
        (Danger::Confirm, _) if yes => Ok(Consent::Confirmed),
        (Danger::Confirm, Some(typed)) => Ok(Consent::Typed(typed.to_owned())),
        (Danger::Confirm, None) => Err(format!("\"{}\" wants to be confirmed: add --yes", offer.label)),
        (Danger::TypeTheName, Some(typed)) if typed == name => Ok(Consent::Typed(typed.to_owned())),
        (Danger::TypeTheName, _) => {
            Err(format!("\"{}\" cannot be taken back: add --type-name {name}", offer.label))
        }
    }
}

#[cfg(test)]
mod tests {
    use deskbell_domain::Field;

    use super::*;

    fn deny() -> Offer {
        Offer::plain("deny", "Deny", Tone::No).with_field(Field::text("note", "Note", false, 99))
    }

    fn approve() -> Offer {
        Offer::plain("approve", "Approve", Tone::Yes)
    }

    fn answer() -> Offer {
        Offer::plain("answer", "Answer", Tone::Yes).with_field(Field::text("answer", "Answer", true, 99))
    }

    fn cancel() -> Offer {
        Offer::plain("cancel", "Cancel", Tone::No)
    }

    fn chosen(
        offers: &[Offer],
        named: Option<&str>,
        typed: &Typed,
        deliberate: bool,
    ) -> Result<String, String> {
        choose(offers, named, typed, deliberate).map(|(offer, _)| offer.id.clone())
    }

    fn note() -> Typed {
        Typed { note: Some("no".into()), ..Typed::default() }
    }

    #[test]
    fn an_approval_is_never_guessed() {
        let offers = [approve(), deny()];
        for typed in [Typed::default(), note()] {
            let error = chosen(&offers, None, &typed, true).unwrap_err();
            assert!(error.contains("approve") && error.contains("Deny"), "{error}");
        }
        assert_eq!(chosen(&offers, Some("approve"), &Typed::default(), true).unwrap(), "approve");
        assert_eq!(chosen(&offers, Some("DENY"), &note(), true).unwrap(), "deny");
    }

    #[test]
    fn the_only_offer_is_meant() {
        assert_eq!(chosen(&[approve()], None, &Typed::default(), true).unwrap(), "approve");
    }

    #[test]
    fn a_question_is_answered_and_never_cancelled_by_accident() {
        let offers = [answer(), cancel()];
        let text = Typed { text: Some("x".into()), ..Typed::default() };
        assert_eq!(chosen(&offers, None, &text, false).unwrap(), "answer");
        assert_eq!(chosen(&offers, None, &Typed::default(), false).unwrap(), "answer");
        assert_eq!(chosen(&offers, Some("cancel"), &Typed::default(), false).unwrap(), "cancel");
    }

    #[test]
    fn the_values_tell_which_offer_is_meant() {
        assert_eq!(chosen(&[approve(), deny()], None, &note(), false).unwrap(), "deny");
        assert_eq!(chosen(&[answer(), deny(), cancel()], None, &note(), false).unwrap(), "deny");
    }

    #[test]
    fn an_offer_that_is_not_there_is_told_with_those_that_are() {
        let error = chosen(&[approve(), deny()], Some("always"), &Typed::default(), true).unwrap_err();
        assert!(error.contains("no offer \"always\"") && error.contains("note (text"), "{error}");
        assert!(chosen(&[], None, &Typed::default(), false).unwrap_err().contains("nothing is offered"));
    }

    #[test]
    fn an_offer_cannot_pass_itself_off_as_two() {
        let sly = Offer::plain("deny", "Deny\n  approve  Approve\u{1b}[8m", Tone::No)
            .with_field(Field::text("note", "Note\n  always  Always", false, 9));
        let error = chosen(&[approve(), sly], None, &Typed::default(), true).unwrap_err();
        assert_eq!(error.lines().count(), 3, "{error}");
        assert!(!error.contains('\u{1b}'), "{error}");
    }

    #[test]
    fn a_danger_wants_its_word() {
        let stop = cancel().confirmed();
        assert!(consent(&stop, false, None).unwrap_err().contains("--yes"));
        assert_eq!(consent(&stop, true, None).unwrap(), Consent::Confirmed);
        let purge = cancel().behind_name("coder");
        for (yes, name) in [(false, None), (true, None), (true, Some("Coder"))] {
            assert!(consent(&purge, yes, name).unwrap_err().contains("--type-name coder"));
        }
        assert_eq!(consent(&purge, false, Some("coder")).unwrap(), Consent::Typed("coder".into()));
        assert_eq!(consent(&approve(), true, None).unwrap(), Consent::None);
    }
}
