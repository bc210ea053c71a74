//! The account: it holds money of one currency, never less than nothing, and whoever opened it takes money out of it.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use storefront_contracts::{AccountOpened, Currency, DepositMade, Money, WithdrawalMade};
use tidings_aws::http::{FieldError, Problem};
use tidings_core::{Aggregate, Snapshot, events};

events! {
    /// What happens to an account.
    pub enum AccountEvent { AccountOpened, DepositMade, WithdrawalMade }
}

/// An account, as its events make it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Account {
    opened: Option<Opened>,
}

/// An account that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Whose it is; nobody's where it was opened without a known caller.
    pub owner: Option<String>,
    /// What is in it.
    pub balance: Money,
}

/// What can be asked of an account.
#[derive(Debug, Clone)]
pub enum AccountCommand {
    /// Opens it.
    Open(AccountOpened),
    /// Puts money into it. Anybody may.
    Deposit(DepositMade),
    /// Takes money out of it.
    Withdraw {
        /// What is taken.
        withdrawal: WithdrawalMade,
        /// Who asks, if that is known.
        by: Option<String>,
    },
}

/// Why an account refuses a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefusal {
    /// It is there already.
    #[error("the account was opened before")]
    AlreadyOpen,
    /// It was never opened.
    #[error("there is no account {0}")]
    Unknown(String),
    /// It has an owner, and somebody else asks.
    #[error("the account is somebody else's")]
    NotYours,
    /// Nothing, or less, is no amount to move.
    #[error("must be 1 or more, in minor units")]
    NothingToMove,
    /// It holds another currency.
    #[error("must be {}, which the account holds", .0.code())]
    OtherCurrency(Currency),
    /// There is less in it.
    #[error("the account has {balance}, which is less than {amount}")]
    InsufficientFunds {
        /// What is in it.
        balance: Money,
        /// What was asked for.
        amount: Money,
    },
    /// It would hold more than an amount can be.
    #[error("is too large: the account would hold more than can be counted")]
    TooMuch,
}

impl Account {
    /// The account, once it is opened.
    #[must_use]
    pub fn opened(&self) -> Option<&Opened> {
        self.opened.as_ref()
    }

    /// The account that this money is to go into or out of.
    fn for_amount(&self, id: &str, amount: Money) -> Result<&Opened, AccountRefusal> {
        let opened = self.opened.as_ref();
        let opened = opened.ok_or_else(|| AccountRefusal::Unknown(id.to_owned()))?;
        if amount.amount < 1 {
            return Err(AccountRefusal::NothingToMove);
        }
        let held = opened.balance.currency;
        if amount.currency != held {
            return Err(AccountRefusal::OtherCurrency(held));
        }
        Ok(opened)
    }

    fn may_deposit(&self, deposit: &DepositMade) -> Result<(), AccountRefusal> {
        let Opened { balance, .. } = self.for_amount(&deposit.account_id, deposit.amount)?;
        let sum = Money::sum(balance.currency, [balance.amount, deposit.amount.amount]);
        sum.map(drop).map_err(|_| AccountRefusal::TooMuch)
    }

    fn may_withdraw(&self, withdrawal: &WithdrawalMade, by: Option<&str>) -> Result<(), AccountRefusal> {
        let opened = self.opened.as_ref();
        if opened.is_some_and(|opened| !opened.is_open_to(by)) {
            return Err(AccountRefusal::NotYours);
        }
        let amount = withdrawal.amount;
        let balance = self.for_amount(&withdrawal.account_id, amount)?.balance;
        match amount.amount <= balance.amount {
            true => Ok(()),
            false => Err(AccountRefusal::InsufficientFunds { balance, amount }),
        }
    }
}

impl Opened {
    /// Whether this caller may look into it and take money out of it: an account with an owner is the owner's.
    #[must_use]
    pub fn is_open_to(&self, caller: Option<&str>) -> bool {
        self.owner.is_none() || self.owner.as_deref() == caller
    }

    fn add(&mut self, amount: i64) {
        // It was decided that it fits.
        self.balance.amount = self.balance.amount.saturating_add(amount);
    }
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Event = AccountEvent;
    type Command = AccountCommand;
    type Refusal = AccountRefusal;
    const SNAPSHOT: Option<Snapshot<Self>> = Some(Snapshot::of_schema(1));

    fn decide(&self, command: &AccountCommand) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let event = match command {
            AccountCommand::Open(_) if self.opened.is_some() => return Err(AccountRefusal::AlreadyOpen),
            AccountCommand::Open(opened) => opened.clone().into(),
            AccountCommand::Deposit(deposit) => {
                self.may_deposit(deposit)?;
                deposit.clone().into()
            }
            AccountCommand::Withdraw { withdrawal, by } => {
                self.may_withdraw(withdrawal, by.as_deref())?;
                withdrawal.clone().into()
            }
        };
        Ok(vec![event])
    }

    fn evolve(mut self, event: AccountEvent) -> Self {
        match (event, &mut self.opened) {
            (
                AccountEvent::AccountOpened(AccountOpened {
                    owner_id, currency, ..
                }),
                opened,
            ) => {
                let balance = Money { amount: 0, currency };
                *opened = Some(Opened {
                    owner: owner_id,
                    balance,
                });
            }
            (AccountEvent::DepositMade(deposit), Some(opened)) => opened.add(deposit.amount.amount),
            (AccountEvent::WithdrawalMade(withdrawal), Some(opened)) => {
                opened.add(-withdrawal.amount.amount);
            }
            // No money moves before an account is opened.
            (AccountEvent::DepositMade(_) | AccountEvent::WithdrawalMade(_), None) => {}
        }
        self
    }
}

impl From<AccountRefusal> for Problem {
    fn from(refusal: AccountRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            AccountRefusal::Unknown(_) => Self::not_found(detail),
            AccountRefusal::NotYours => Self::new(StatusCode::FORBIDDEN, detail),
            AccountRefusal::AlreadyOpen | AccountRefusal::InsufficientFunds { .. } => {
                Self::new(StatusCode::CONFLICT, detail)
            }
            AccountRefusal::NothingToMove => Self::fields(vec![FieldError::new("/amount", detail)]),
            // Right by itself, and not for what is in this account.
            AccountRefusal::TooMuch => Self::conflict(FieldError::new("/amount", detail)),
            AccountRefusal::OtherCurrency(_) => Self::conflict(FieldError::new("/currency", detail)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Option<&str> = Some("u-1");

    fn opened(owner: Option<&str>) -> AccountOpened {
        AccountOpened {
            account_id: "acc-1".into(),
            owner_id: owner.map(Into::into),
            currency: Currency::EUR,
        }
    }

    fn euros(amount: i64) -> Money {
        Money {
            amount,
            currency: Currency::EUR,
        }
    }

    fn deposit(amount: Money) -> DepositMade {
        DepositMade {
            account_id: "acc-1".into(),
            amount,
            transfer_id: None,
        }
    }

    fn withdrawal(amount: Money) -> WithdrawalMade {
        WithdrawalMade {
            account_id: "acc-1".into(),
            amount,
            transfer_id: Some("trf-1".into()),
        }
    }

    fn withdraw(amount: Money, by: Option<&str>) -> AccountCommand {
        AccountCommand::Withdraw {
            withdrawal: withdrawal(amount),
            by: by.map(Into::into),
        }
    }

    fn given(events: impl IntoIterator<Item = AccountEvent>) -> Account {
        events.into_iter().fold(Account::default(), Account::evolve)
    }

    fn with(amount: i64) -> Account {
        given([opened(OWNER).into(), deposit(euros(amount)).into()])
    }

    /// What is in it after the one event that was decided.
    fn then(account: &Account, command: &AccountCommand) -> Money {
        let [event] = account.decide(command).unwrap().try_into().expect("one event");
        account.clone().evolve(event).opened().unwrap().balance
    }

    #[test]
    fn an_account_is_opened_once_with_nothing_in_it() {
        let open = AccountCommand::Open(opened(OWNER));
        assert_eq!(then(&Account::default(), &open), euros(0));
        assert_eq!(
            given([opened(OWNER).into()]).decide(&open).unwrap_err(),
            AccountRefusal::AlreadyOpen
        );
    }

    #[test]
    fn what_is_deposited_can_be_withdrawn_and_no_more() {
        let account = with(100);
        assert_eq!(
            then(&account, &AccountCommand::Deposit(deposit(euros(7)))),
            euros(107)
        );
        assert_eq!(then(&account, &withdraw(euros(100), OWNER)), euros(0));
        let refused = account.decide(&withdraw(euros(101), OWNER)).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the account has 1.00 EUR, which is less than 1.01 EUR"
        );
    }

    #[test]
    fn nothing_and_less_than_nothing_is_not_moved() {
        for amount in [0, -1, i64::MIN] {
            let account = with(100);
            for command in [
                AccountCommand::Deposit(deposit(euros(amount))),
                withdraw(euros(amount), OWNER),
            ] {
                assert_eq!(
                    account.decide(&command).unwrap_err(),
                    AccountRefusal::NothingToMove
                );
            }
        }
    }

    #[test]
    fn an_account_holds_one_currency() {
        let yen = Money {
            amount: 1,
            currency: Currency::JPY,
        };
        for command in [AccountCommand::Deposit(deposit(yen)), withdraw(yen, OWNER)] {
            let refused = with(100).decide(&command).unwrap_err();
            assert_eq!(refused, AccountRefusal::OtherCurrency(Currency::EUR));
        }
    }

    #[test]
    fn an_account_that_was_never_opened_is_unknown() {
        let account = Account::default();
        for command in [
            AccountCommand::Deposit(deposit(euros(1))),
            withdraw(euros(1), OWNER),
        ] {
            let refused = account.decide(&command).unwrap_err();
            assert_eq!(refused, AccountRefusal::Unknown("acc-1".into()));
        }
    }

    #[test]
    fn the_owner_withdraws_and_nobody_else_and_anybody_deposits() {
        let owned = with(100);
        for other in [Some("u-2"), Some(""), None] {
            assert_eq!(
                owned.decide(&withdraw(euros(1), other)).unwrap_err(),
                AccountRefusal::NotYours
            );
        }
        let nobodys = given([opened(None).into(), deposit(euros(5)).into()]);
        for anybody in [Some("u-2"), None] {
            assert_eq!(then(&nobodys, &withdraw(euros(5), anybody)), euros(0));
        }
    }

    #[test]
    fn a_sum_that_cannot_be_counted_is_refused() {
        let full = with(i64::MAX);
        let one_more = AccountCommand::Deposit(deposit(euros(1)));
        assert_eq!(full.decide(&one_more).unwrap_err(), AccountRefusal::TooMuch);
        assert_eq!(then(&full, &withdraw(euros(i64::MAX), OWNER)), euros(0));
    }

    #[test]
    fn a_snapshot_is_read_as_what_was_written() {
        let snapshot = Account::SNAPSHOT.unwrap();
        for account in [Account::default(), with(3), given([opened(None).into()])] {
            let text = snapshot.write(&account).unwrap();
            assert_eq!(snapshot.read(&text).unwrap(), account);
        }
        assert!(snapshot.read("{\"opened\":{}}").is_err());
    }
}
