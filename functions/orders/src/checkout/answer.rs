//! What is answered: a function of the checkout, and so the same however often it is asked for.

use http::StatusCode;
use serde_json::json;
use tidings_aws::{
    http::{Answer, FieldError, Problem},
    projection::ReadToken,
};

use super::{Checkout, Ended, Refusal, Unfinished};
use crate::order::Order;

/// The answer to a request whose checkout has ended.
///
/// # Errors
/// Out of stock: 409, which names the lines. The card was declined: 402, which tells the provider's code.
pub(crate) fn answer(checkout: &Checkout, ended: Ended) -> Result<Answer, Problem> {
    let order = &checkout.order;
    match ended {
        Ended::Placed => Ok(Answer::accepted(json!({
            "orderId": order.order_id,
            "correlationId": checkout.prepared().correlation_id(),
            "eventId": checkout.prepared().id,
            "total": order.total,
            "version": 1,
            "token": ReadToken::of::<Order>(&order.order_id, 1),
        }))),
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
            let detail = format!("the card was refused: {code}");
            Err(Problem::new(StatusCode::PAYMENT_REQUIRED, detail)
                .telling("reason", "payment-refused")
                .telling("code", code))
        }
    }
}

impl From<Unfinished> for Problem {
    /// What may pass is 503, and the same request goes on from where the checkout is.
    fn from(unfinished: Unfinished) -> Self {
        match unfinished {
            Unfinished::Failed(failure) => failure.into(),
            Unfinished::Voided => Self::unavailable(unfinished.to_string()),
            Unfinished::Stale(_) => {
                Self::unavailable("the checkout waits for somebody to look at it").because(unfinished.to_string())
            }
        }
    }
}
