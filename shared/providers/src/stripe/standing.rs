//! How a charge stands (Stripe: API reference, the charge object; the PaymentIntent lifecycle).
//!
//! | the charge | as a PaymentIntent has it | how it stands |
//! | --- | --- | --- |
//! | `succeeded`, captured | `succeeded` | paid |
//! | `succeeded`, captured, refunded | `succeeded` | refused: the money was given back |
//! | `succeeded`, not captured | `requires_capture` | pending: it is captured, or lapses after seven days and is refunded then |
//! | `succeeded`, not captured, refunded | `canceled` | refused: it was released |
//! | `pending` | `processing` | pending: a bank will tell, up to 14 days later |
//! | `failed` | `requires_payment_method` | refused, for the charge's `failure_code` |
//! | there is none | `requires_payment_method`, `requires_confirmation`, `requires_action`, `canceled` | nothing was charged, and nothing will be |
//! | any other | any other | not known: the answer cannot be read, and is asked for again |
//!
//! No PaymentIntent is made here: one can wait for its customer (`requires_action`), and nobody is there any more when the sweeper goes on. A charge
//! waits for nobody; where its bank wants the customer, it is declined (`authentication_required`).

use serde::Deserialize;

/// A charge, as Stripe shows it.
#[derive(Debug, Deserialize)]
pub(super) struct Made {
    pub(super) id: String,
    status: Status,
    #[serde(default = "asked_for")]
    captured: bool,
    #[serde(default)]
    refunded: bool,
    #[serde(default)]
    failure_code: Option<String>,
}

/// Every charge is asked for with its capture.
fn asked_for() -> bool {
    true
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Succeeded,
    Pending,
    Failed,
}

/// How a charge stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The money is there.
    Paid,
    /// It may come, and need not.
    Pending,
    /// It will not come, for this reason.
    Refused(String),
}

impl Made {
    pub(super) fn standing(&self) -> Standing {
        match self.status {
            Status::Failed => {
                let code = self.failure_code.as_deref().unwrap_or("card_declined");
                Standing::Refused(code.to_owned())
            }
            _ if self.refunded => Standing::Refused("refunded".to_owned()),
            Status::Succeeded if self.captured => Standing::Paid,
            Status::Succeeded | Status::Pending => Standing::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_of_a_charge_stands_as_the_table_says() {
        let refused = |code: &str| Standing::Refused(code.to_owned());
        for (charge, standing) in [
            (r#""status":"succeeded""#, Standing::Paid),
            (
                r#""status":"succeeded","captured":true,"refunded":false"#,
                Standing::Paid,
            ),
            (
                r#""status":"succeeded","captured":true,"refunded":true"#,
                refused("refunded"),
            ),
            (r#""status":"succeeded","captured":false"#, Standing::Pending),
            (
                r#""status":"succeeded","captured":false,"refunded":true"#,
                refused("refunded"),
            ),
            (r#""status":"pending""#, Standing::Pending),
            (r#""status":"pending","captured":false"#, Standing::Pending),
            (r#""status":"failed""#, refused("card_declined")),
            (
                r#""status":"failed","failure_code":"expired_card""#,
                refused("expired_card"),
            ),
            (
                r#""status":"failed","failure_code":null,"captured":false"#,
                refused("card_declined"),
            ),
        ] {
            let made: Made = serde_json::from_str(&format!(r#"{{"id":"ch_1",{charge}}}"#)).unwrap();
            assert_eq!(made.standing(), standing, "{charge}");
        }
        for unknown in ["processing", "canceled", "Succeeded", ""] {
            let text = format!(r#"{{"id":"ch_1","status":"{unknown}"}}"#);
            assert!(serde_json::from_str::<Made>(&text).is_err(), "{unknown}");
        }
    }
}
