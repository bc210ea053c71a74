//! Why Stripe does not do something (Stripe: API reference, errors; error codes; decline codes).

use serde::Deserialize;
use tidings_core::Failure;

use super::STRIPE;
use crate::http::{Answer, is_code, refused};

/// What Stripe says.
#[derive(Debug, PartialEq)]
pub(super) enum Refusal {
    /// Nothing is charged, and will not be by the same request: for the card, or for the amount. With the code that says why.
    Payment(String),
    /// Another request with the same key is being worked on, or an object is locked for a moment.
    UnderWay(Failure),
    /// The request is refused for this code.
    Request { code: Option<String>, failure: Failure },
    /// There was no answer, or one that says nothing of what became of it.
    Unknown(Failure),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Payment(code) => {
                Self::permanent(format!("{STRIPE} refuses the payment: {code}")).of_class("PaymentRefused")
            }
            Refusal::UnderWay(failure) | Refusal::Request { failure, .. } | Refusal::Unknown(failure) => {
                failure
            }
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
    if let Some(code) = payment_refused(status, &said) {
        return Refusal::Payment(code);
    }
    let code = said.code.as_deref();
    let failure = refused(STRIPE, answer, code);
    if status == 409 || code == Some("token_in_use") {
        return Refusal::UnderWay(Failure::transient(failure.reason()).of_class("InFlight"));
    }
    let failure = match failure {
        Failure::Permanent { reason, .. } if answer.should_retry == Some(true) => {
            Failure::transient(reason).of_class("Retryable")
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

/// The code, if it is the payment that is refused: by who issued the card (402), because what should name a card names none (any more), or
/// because the amount or its currency is not taken.
fn payment_refused(status: u16, said: &Said) -> Option<String> {
    let about = said.param.as_deref().unwrap_or_default();
    let at_fault = said.kind.as_deref() == Some("invalid_request_error") && matches!(status, 400 | 404);
    let unsaid = if said.kind.as_deref() == Some("card_error") || status == 402 {
        "card_declined"
    } else if said.code.as_deref() == Some("token_already_used") {
        "token_already_used"
    } else if at_fault && (about == "source" || about.starts_with("source[")) {
        "no_such_card"
    } else if at_fault && matches!(about, "amount" | "currency") {
        "invalid_charge_amount"
    } else {
        return None;
    };
    let why = said.decline_code.as_deref().or(said.code.as_deref());
    Some(why.filter(|code| is_code(code)).unwrap_or(unsaid).to_owned())
}
