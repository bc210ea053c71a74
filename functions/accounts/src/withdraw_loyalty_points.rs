//! `withdraw-loyalty-points`: the points of an order that is called off are taken back.
//!
//! What is taken is what this order gave, and no more than is left: a customer who has spent it meanwhile keeps that, and no account goes below
//! nothing. Leased and effect-once, as `award-loyalty-points` is; the order's row ([`ORDER_POINTS`]) commits with the withdrawal.

use storefront_contracts::{Money, OrderCancelled, WithdrawalMade};
use tidings_aws::{
    ConsumerFunction,
    event_store::{AsOf, EventStore},
};
use tidings_core::{
    Aggregate as _, Condition, Consumer, Context, Effects, Event as _, EventType, Failure, Leased, Repeat,
    catalogue::{Access, EVENTS, Resource, SNAPSHOTS},
    consumer::guarantee,
    effects::Otherwise,
};
use tracing::info;

use crate::{
    aggregate::{Account, AccountCommand, account::Opened},
    award_loyalty_points::{append, overtaken, refused},
    order_points::{Earned, ORDER_POINTS, OrderPoints, Points},
};

/// The consumer.
pub struct WithdrawLoyaltyPoints {
    /// Where accounts are kept, as their events.
    pub events: EventStore,
    /// What the order has earned.
    pub points: OrderPoints,
}

impl Consumer for WithdrawLoyaltyPoints {
    const NAME: &'static str = "withdraw-loyalty-points";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::ReadAppend),
        Resource::Table(&SNAPSHOTS, Access::Read),
        Resource::Table(&ORDER_POINTS, Access::ReadWrite),
    ];
    const PUBLISHES: &'static [EventType] = &[WithdrawalMade::EVENT_TYPE];
    type Event = OrderCancelled;
    type Guarantee = guarantee::Leased;
}

/// The Lambda function `withdraw-loyalty-points`.
#[must_use]
pub fn function() -> ConsumerFunction<WithdrawLoyaltyPoints> {
    ConsumerFunction::new(async |setting| {
        Ok(WithdrawLoyaltyPoints {
            events: setting.events()?,
            points: OrderPoints::new(setting.dynamodb(), setting.table(&ORDER_POINTS)?),
        })
    })
}

impl Leased for WithdrawLoyaltyPoints {
    const REPEAT: Repeat = Repeat::OnlyReads;

    async fn perform(&self, order: OrderCancelled, _: &Context) -> Result<Effects, Failure> {
        let earned = self.points.of_order(&order.order_id).await?;
        let nothing = Earned::nothing(order.order_id);
        match earned.map(|earned| earned.points) {
            Some(Some(points)) => Ok(self.withdraw(points).await?.put(&ORDER_POINTS, &nothing)?),
            Some(None) => Ok(Effects::none()),
            None => {
                // They may be awarded in this moment.
                let first = Condition::Absent(ORDER_POINTS.partition_key);
                let otherwise = Otherwise::Fail(overtaken());
                Ok(Effects::none().put_if(&ORDER_POINTS, &nothing, first, otherwise)?)
            }
        }
    }
}

impl WithdrawLoyaltyPoints {
    /// Takes the points out of their account, as far as they are there.
    async fn withdraw(&self, points: Points) -> Result<Effects, Failure> {
        let account = self.events.load::<Account>(&points.account_id, AsOf::Now).await?;
        let there = account.state.opened();
        let left = there.map_or(0, |Opened { balance, .. }| balance.amount);
        let amount = Money {
            amount: points.amount.amount.min(left),
            ..points.amount
        };
        if amount.amount < points.amount.amount {
            info!(account_id = points.account_id, earned = %points.amount, taken = %amount, "some of the points are spent");
        }
        if amount.amount < 1 {
            return Ok(Effects::none());
        }
        let withdrawal = WithdrawalMade {
            account_id: points.account_id,
            amount,
            transfer_id: None,
        };
        // What the shop has given, it takes back in the owner's place.
        let by = there.and_then(|opened| opened.owner.clone());
        let withdraw = AccountCommand::Withdraw { withdrawal, by };
        append(&account, account.state.decide(&withdraw).map_err(refused)?)
    }
}
