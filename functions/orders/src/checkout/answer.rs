//! What is answered: a function of the checkout, and so the same however often it is asked for.

use http::StatusCode;
use tidings_aws::{
    http::{FieldError, Problem},
    projection::ReadToken,
};

use super::{Checkout, Ended, Refusal, Unfinished};
use crate::{order::Order, place_order::OrderTaken};

/// The answer to a request whose checkout has ended; to a guest, with the secret of their order.
///
/// # Errors
/// Out of stock: 409, which names the lines. The payment was refused: 402, which tells the provider's code.
pub(crate) fn answer(
    checkout: &Checkout,
    ended: Ended,
    secret: Option<String>,
) -> Result<OrderTaken, Problem> {
    let order = &checkout.order;
    match ended {
        Ended::Placed => Ok(OrderTaken {
            correlation_id: checkout.prepared().correlation_id().to_owned(),
            event_id: checkout.prepared().id.clone(),
            token: ReadToken::of::<Order>(&order.order_id, 1),
            order_id: order.order_id.clone(),
            secret,
            total: order.total,
            version: 1,
        }),
        Ended::Refused(Refusal::OutOfStock { faults }) => {
            let first = faults.first().map(|fault| format!(": {}", fault.detail));
            let detail = format!("not everything is in stock{}", first.unwrap_or_default());
            let errors = faults.into_iter().map(|fault| FieldError {
                pointer: fault.pointer,
                parameter: None,
                detail: fault.detail,
            });
            Err(Problem::new(StatusCode::CONFLICT, detail)
                .naming(errors.collect())
                .telling("reason", "out-of-stock"))
        }
        Ended::Refused(Refusal::PaymentRefused { code }) => {
            let code = told(code);
            let detail = format!("the payment was refused: {code}");
            Err(Problem::new(StatusCode::PAYMENT_REQUIRED, detail)
                .telling("reason", "payment-refused")
                .telling("code", code))
        }
    }
}

/// What a customer is told of a card that is declined. That it is reported lost or stolen, or thought to be misused, is not for whoever holds
/// it (Stripe: decline codes); the event `payment.refused` says it.
fn told(code: String) -> String {
    match code.as_str() {
        "fraudulent" | "lost_card" | "merchant_blacklist" | "pickup_card" | "stolen_card" => {
            "generic_decline".to_owned()
        }
        _ => code,
    }
}

impl From<Unfinished> for Problem {
    /// What may pass is 503: `unfinished`, and the same request goes on from where the checkout is, as the sweeper does; or `given-up`, and nothing is
    /// held.
    fn from(unfinished: Unfinished) -> Self {
        match unfinished {
            Unfinished::Failed(failure) => Self::from(failure).telling("reason", "unfinished"),
            Unfinished::Voided => Self::unavailable(unfinished.to_string()).telling("reason", "given-up"),
        }
    }
}
