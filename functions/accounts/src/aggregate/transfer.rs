//! The transfer: it is completed, or it never was. The money is moved by the two accounts.

use http::StatusCode;
use storefront_contracts::TransferCompleted;
use tidings_aws::http::{FieldError, Problem};
use tidings_core::Aggregate;

use super::AccountRefusal;

/// A transfer, as its event makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Completed(bool);

/// Why money is not transferred.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransferRefusal {
    /// From an account to itself.
    #[error("must be another account than the one that the money comes from")]
    SameAccount,
    /// There is a transfer of this id.
    #[error("the transfer was completed before")]
    AlreadyCompleted,
    /// The account that the money comes from refuses.
    #[error(transparent)]
    From(AccountRefusal),
    /// The account that it goes to refuses.
    #[error(transparent)]
    To(AccountRefusal),
}

impl Aggregate for Completed {
    const TYPE: &'static str = "transfer";
    type Event = TransferCompleted;
    type Command = TransferCompleted;
    type Refusal = TransferRefusal;

    fn decide(&self, transfer: &TransferCompleted) -> Result<Vec<TransferCompleted>, TransferRefusal> {
        if self.0 {
            return Err(TransferRefusal::AlreadyCompleted);
        }
        match transfer.from == transfer.to {
            true => Err(TransferRefusal::SameAccount),
            false => Ok(vec![transfer.clone()]),
        }
    }

    fn evolve(self, _: TransferCompleted) -> Self {
        Self(true)
    }
}

impl From<TransferRefusal> for Problem {
    /// An account that the body names and that is not there is a conflict, which names the field.
    fn from(refusal: TransferRefusal) -> Self {
        let field = |pointer, detail| Self::conflict(FieldError::new(pointer, detail));
        let detail = refusal.to_string();
        match refusal {
            // Wrong by itself, whatever is in the account.
            TransferRefusal::SameAccount => Self::fields(vec![FieldError::new("/to", detail)]),
            TransferRefusal::AlreadyCompleted => Self::new(StatusCode::CONFLICT, detail),
            TransferRefusal::From(AccountRefusal::Unknown(_)) => field("/from", detail),
            TransferRefusal::To(AccountRefusal::Unknown(_)) => field("/to", detail),
            TransferRefusal::From(refusal) | TransferRefusal::To(refusal) => refusal.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use storefront_contracts::{Currency, Money};

    use super::*;

    fn transfer(from: &str, to: &str) -> TransferCompleted {
        TransferCompleted {
            transfer_id: "trf-1".into(),
            from: from.into(),
            to: to.into(),
            amount: Money {
                amount: 1,
                currency: Currency::EUR,
            },
        }
    }

    #[test]
    fn a_transfer_is_completed_once() {
        let [event] = Completed::default()
            .decide(&transfer("a", "b"))
            .unwrap()
            .try_into()
            .expect("one event");
        let completed = Completed::default().evolve(event);
        assert_eq!(
            completed.decide(&transfer("a", "b")).unwrap_err(),
            TransferRefusal::AlreadyCompleted
        );
    }

    #[test]
    fn an_account_transfers_nothing_to_itself() {
        assert_eq!(
            Completed::default().decide(&transfer("a", "a")).unwrap_err(),
            TransferRefusal::SameAccount
        );
    }
}
