//! Why Stripe does not do something (Stripe: API reference, errors; error codes; decline codes).

use serde::Deserialize;
use tidings_core::Failure;

use super::STRIPE;
use crate::http::{Answer, is_code, refused};

/// What Stripe says.
#[derive(Debug, PartialEq)]
pub(super) enum Refusal {
    /// The card is not charged, and will not be by the same request. With the code that says why.
    Card(String),
    /// The request is refused for this code.
    Request { code: Option<String>, failure: Failure },
    /// There was no answer, or one that says nothing of what became of it.
    Unknown(Failure),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Card(code) => {
                Self::permanent(format!("{STRIPE} refuses the card: {code}")).of_class("CardDeclined")
            }
            Refusal::Request { failure, .. } | Refusal::Unknown(failure) => failure,
        }
    }
}

/// The body of an error.
#[derive(Deserialize)]
struct Body {
    error: Said,
}

#[derive(Default, Deserialize)]
struct Said {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    decline_code: Option<String>,
    #[serde(default)]
    param: Option<String>,
}

/// Reads an answer that is no success.
pub(super) fn read(answer: &Answer) -> Refusal {
    let said = answer.json::<Body>().map(|body| body.error).unwrap_or_default();
    let status = answer.status.as_u16();
    if let Some(code) = declined(status, &said) {
        return Refusal::Card(code);
    }
    let code = said.code.as_deref();
    let failure = refused(STRIPE, answer, code);
    let failure = match failure {
        // Another request with the same key is being worked on, or an object is locked for a moment.
        Failure::Permanent { reason, .. } if status == 409 || answer.should_retry == Some(true) => {
            Failure::transient(reason).of_class("InFlight")
        }
        // What there is not enough of comes in again.
        Failure::Permanent { reason, .. } if code == Some("balance_insufficient") => {
            Failure::transient(reason).of_class("BalanceInsufficient")
        }
        other => other,
    };
    Refusal::Request {
        code: code.map(str::to_owned),
        failure,
    }
}

/// The code, if it is the card that is refused: by who issued it (402), or because what should name it names none (any more).
fn declined(status: u16, said: &Said) -> Option<String> {
    let is_card = said.kind.as_deref() == Some("card_error") || status == 402;
    let names_no_card = said.kind.as_deref() == Some("invalid_request_error")
        && matches!(status, 400 | 404)
        && said
            .param
            .as_deref()
            .is_some_and(|param| param == "source" || param.starts_with("source["));
    let used = matches!(said.code.as_deref(), Some("token_already_used" | "token_in_use"));
    if !is_card && !names_no_card && !used {
        return None;
    }
    let why = said.decline_code.as_deref().or(said.code.as_deref());
    let why = why.filter(|code| is_code(code));
    let unsaid = if is_card { "card_declined" } else { "no_such_card" };
    Some(why.unwrap_or(unsaid).to_owned())
}
