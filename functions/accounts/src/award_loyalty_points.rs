//! `award-loyalty-points`: a customer gets 1 % of what they order as store credit, in an account of their own.
//!
//! A deposit is the next event of the account's history, and which number that is only the history knows: others put money into the account
//! and take it out. So this is a leased consumer that reads, and effect-once all the same: what it appends commits
//! with its record ([why](../../../docs/adr/0018-reading-before-deciding.md)), and with the order's row ([`ORDER_POINTS`]), by which an order that was called off
//! before gets nothing.
//!
//! `order.placed` does not tell whether the order is paid: one on account (the command `place-order`) earns its points like any other.

use storefront_contracts::{AccountOpened, Currency, DepositMade, GUEST, Money, OrderPlaced};
use tidings_aws::{
    ConsumerFunction,
    event_store::{AsOf, EventStore},
};
use tidings_core::{
    Aggregate as _, Condition, Consumer, Context, Effects, Event, EventType, Failure, Leased, Repeat,
    Versioned,
    catalogue::{Access, EVENTS, Resource, SNAPSHOTS},
    consumer::guarantee,
    effects::Otherwise,
};

use crate::{
    aggregate::{Account, AccountCommand, AccountRefusal, account::AccountEvent},
    order_points::{Earned, ORDER_POINTS, Points},
};

/// An order of so many minor units earns one: 1 %, rounded down.
const PER_POINT: i64 = 100;

/// The consumer.
pub struct AwardLoyaltyPoints {
    /// Where accounts are kept, as their events.
    pub events: EventStore,
}

impl Consumer for AwardLoyaltyPoints {
    const NAME: &'static str = "award-loyalty-points";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::ReadAppend),
        Resource::Table(&SNAPSHOTS, Access::Read),
        Resource::Table(&ORDER_POINTS, Access::Write),
    ];
    const PUBLISHES: &'static [EventType] = &[AccountOpened::EVENT_TYPE, DepositMade::EVENT_TYPE];
    type Event = OrderPlaced;
    type Guarantee = guarantee::Leased;
}

/// The Lambda function `award-loyalty-points`.
#[must_use]
pub fn function() -> ConsumerFunction<AwardLoyaltyPoints> {
    ConsumerFunction::new(async |setting| {
        Ok(AwardLoyaltyPoints {
            events: setting.events()?,
        })
    })
}

impl Leased for AwardLoyaltyPoints {
    const REPEAT: Repeat = Repeat::OnlyReads;

    async fn perform(&self, order: OrderPlaced, _: &Context) -> Result<Effects, Failure> {
        let points = Money {
            amount: order.total.amount / PER_POINT,
            ..order.total
        };
        // A guest is nobody who could come back for them.
        if order.user_id == GUEST || points.amount < 1 {
            return Ok(Effects::none().unasked());
        }
        let id = account_of(&order.user_id, points.currency);
        let account = self.events.load::<Account>(&id, AsOf::Now).await?;
        let effects = append(&account, award(&account.state, &id, order.user_id, points)?)?;
        let earned = Earned {
            order_id: order.order_id,
            points: Some(Points {
                account_id: id,
                amount: points,
            }),
        };
        // Where there is a row, the order is called off, or has been awarded before.
        let once = Condition::Absent(ORDER_POINTS.partition_key);
        Ok(effects.put_if(&ORDER_POINTS, &earned, once, Otherwise::Superseded)?)
    }
}

/// The account with somebody's points in a currency.
#[must_use]
pub fn account_of(user: &str, currency: Currency) -> String {
    format!("loyalty-{user}-{}", currency.code())
}

/// The events of an award. The first points open the account.
fn award(
    account: &Account,
    account_id: &str,
    user: String,
    points: Money,
) -> Result<Vec<AccountEvent>, Failure> {
    let mut events = Vec::new();
    let mut account = account.clone();
    if account.opened().is_none() {
        let opened = AccountOpened {
            account_id: account_id.to_owned(),
            owner_id: Some(user),
            currency: points.currency,
        };
        let opened = account.decide(&AccountCommand::Open(opened)).map_err(refused)?;
        account = opened.iter().cloned().fold(account, Account::evolve);
        events = opened;
    }
    let deposit = DepositMade {
        account_id: account_id.to_owned(),
        amount: points,
        transfer_id: None,
    };
    let deposited = account
        .decide(&AccountCommand::Deposit(deposit))
        .map_err(refused)?;
    Ok([events, deposited].concat())
}

/// The account's rules refuse it, as they would the next time.
pub(crate) fn refused(refusal: AccountRefusal) -> Failure {
    Failure::permanent(format!("no points: the amount {refusal}")).of_class("AccountRefusal")
}

/// Somebody else was faster: the message comes back for what is true then.
pub(crate) fn overtaken() -> Failure {
    Failure::transient("the account has changed meanwhile").of_class("Overtaken")
}

/// Appends them behind what was read. Where something has been appended meanwhile, nothing is.
pub(crate) fn append(account: &Versioned<Account>, events: Vec<AccountEvent>) -> Result<Effects, Failure> {
    let mut effects = Effects::none();
    for (version, event) in (account.version + 1..).zip(events) {
        let otherwise = Otherwise::Fail(overtaken());
        effects = match event {
            AccountEvent::AccountOpened(opened) => effects.append(&opened, version, otherwise)?,
            AccountEvent::DepositMade(deposit) => effects.append(&deposit, version, otherwise)?,
            AccountEvent::WithdrawalMade(withdrawal) => effects.append(&withdrawal, version, otherwise)?,
        };
    }
    Ok(effects)
}
