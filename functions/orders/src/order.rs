//! The order: what may be asked of one, and what is true of it.
//!
//! ```text
//! placed ─────▶ paid ─────▶ shipped ─────▶ delivered
//! placed ─────────────────▶ shipped                       on account: it is shipped before it is paid
//! placed, paid ───────────▶ cancelled                     by who ordered; what has left the warehouse cannot be called off
//! ```

use http::StatusCode;
use storefront_contracts::{
    OrderCaller, OrderCancelled, OrderPlaced, OrderStatus,
    OrderStatus::{Cancelled, Delivered, Paid, Placed, Shipped},
    OrderStatusChanged,
};
use tidings_aws::http::Problem;
use tidings_core::{Aggregate, Personal, events};

events! {
    /// What happens to an order.
    pub enum OrderEvent { OrderPlaced, OrderStatusChanged, OrderCancelled }
}

/// An order, as its events make it. The default is one that nobody has placed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    id: String,
    user_id: String,
    status: Option<OrderStatus>,
}

/// What can be asked of an order.
#[derive(Debug, Clone)]
pub enum OrderCommand {
    /// Places it: everything that it is about.
    Place(OrderPlaced),
    /// It has come this far. To call it off is [`OrderCommand::Cancel`], which takes a reason.
    ChangeStatus(OrderStatus),
    /// Calls it off.
    Cancel {
        /// Why.
        reason: Personal<String>,
        /// Who asks.
        by: OrderCaller,
    },
}

/// Why an order refuses a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefusal {
    /// There is an order of this id.
    #[error("the order has been placed before")]
    AlreadyPlaced,
    /// There is no order of this id.
    #[error("there is no such order")]
    Unknown,
    /// Somebody else has placed it, or a guest whose secret was not shown.
    #[error("the order is somebody else's; a guest shows the order's secret, in the header order-secret")]
    NotYours,
    /// It is not on the way there.
    #[error("an order that is {from} cannot become {to}; {}", next(*from))]
    Illegal {
        /// How far it is.
        from: OrderStatus,
        /// How far it was to be.
        to: OrderStatus,
    },
}

/// Where an order can go from a status: the whole of the rule.
const TRANSITIONS: [(OrderStatus, &[OrderStatus]); 5] = [
    (Placed, &[Paid, Shipped, Cancelled]),
    (Paid, &[Shipped, Cancelled]),
    (Shipped, &[Delivered]),
    (Delivered, &[]),
    (Cancelled, &[]),
];

/// Where an order can go from this status.
#[must_use]
pub fn allowed(from: OrderStatus) -> &'static [OrderStatus] {
    let found = TRANSITIONS.iter().find(|(status, _)| *status == from);
    found.map_or(&[], |(_, to)| to)
}

fn next(from: OrderStatus) -> String {
    match allowed(from) {
        [] => "nothing comes after that".to_owned(),
        to => {
            let to: Vec<_> = to.iter().map(|status| status.as_str()).collect();
            format!("it can become {}", to.join(" or "))
        }
    }
}

impl Order {
    /// How far it is; none before it is placed.
    #[must_use]
    pub fn status(&self) -> Option<OrderStatus> {
        self.status
    }

    /// Whether this caller may ask for what is whoever ordered's to ask.
    fn only_for(&self, caller: &OrderCaller) -> Result<(), OrderRefusal> {
        self.status.ok_or(OrderRefusal::Unknown)?;
        only_their_own(&self.id, &self.user_id, caller)
    }

    /// Goes to a status by stating `event`; where it is there already, there is nothing to state.
    fn go(
        &self,
        to: OrderStatus,
        event: impl FnOnce(OrderStatus) -> OrderEvent,
    ) -> Result<Vec<OrderEvent>, OrderRefusal> {
        match self.status.ok_or(OrderRefusal::Unknown)? {
            from if from == to => Ok(Vec::new()),
            from if allowed(from).contains(&to) => Ok(vec![event(from)]),
            from => Err(OrderRefusal::Illegal { from, to }),
        }
    }
}

/// Everybody sees and calls off only what they have ordered themselves.
///
/// # Errors
/// When the order is somebody else's, or the caller is nobody who is known.
pub(crate) fn only_their_own(
    order_id: &str,
    user_id: &str,
    caller: &OrderCaller,
) -> Result<(), OrderRefusal> {
    let owns = caller.owns(order_id, user_id);
    owns.then_some(()).ok_or(OrderRefusal::NotYours)
}

impl Aggregate for Order {
    const TYPE: &'static str = "order";
    type Event = OrderEvent;
    type Command = OrderCommand;
    type Refusal = OrderRefusal;

    fn decide(&self, command: &OrderCommand) -> Result<Vec<OrderEvent>, OrderRefusal> {
        let order_id = self.id.clone();
        match command {
            OrderCommand::Place(_) if self.status.is_some() => Err(OrderRefusal::AlreadyPlaced),
            OrderCommand::Place(order) => Ok(vec![order.clone().into()]),
            OrderCommand::ChangeStatus(Cancelled) if self.status == Some(Cancelled) => Ok(Vec::new()),
            // Nobody calls an order off without a reason.
            OrderCommand::ChangeStatus(Cancelled) => {
                let from = self.status.ok_or(OrderRefusal::Unknown)?;
                Err(OrderRefusal::Illegal { from, to: Cancelled })
            }
            OrderCommand::ChangeStatus(to) => self.go(*to, |from| {
                let to = *to;
                OrderStatusChanged { order_id, from, to }.into()
            }),
            OrderCommand::Cancel { reason, by } => {
                self.only_for(by)?;
                self.go(Cancelled, |_| {
                    let cancelled = OrderCancelled {
                        order_id,
                        user_id: Some(self.user_id.clone()),
                        reason: reason.clone(),
                    };
                    cancelled.into()
                })
            }
        }
    }

    fn evolve(self, event: OrderEvent) -> Self {
        match event {
            OrderEvent::OrderPlaced(placed) => Self {
                id: placed.order_id,
                user_id: placed.user_id,
                status: Some(Placed),
            },
            OrderEvent::OrderStatusChanged(changed) => Self {
                status: Some(changed.to),
                ..self
            },
            OrderEvent::OrderCancelled(_) => Self {
                status: Some(Cancelled),
                ..self
            },
        }
    }
}

impl From<OrderRefusal> for Problem {
    /// An unknown order is 404, somebody else's is 403, and what its state does not allow is 409. An illegal change tells the order's status (`current`) and what is
    /// possible (`allowed`).
    fn from(refusal: OrderRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            OrderRefusal::Unknown => Self::not_found(detail),
            OrderRefusal::NotYours => Self::new(StatusCode::FORBIDDEN, detail),
            OrderRefusal::AlreadyPlaced => Self::new(StatusCode::CONFLICT, detail),
            OrderRefusal::Illegal { from, .. } => Self::new(StatusCode::CONFLICT, detail)
                .telling("current", from.as_str())
                .telling(
                    "allowed",
                    allowed(from).iter().map(|to| to.as_str()).collect::<Vec<_>>(),
                ),
        }
    }
}

#[cfg(test)]
mod tests {
    use storefront_contracts::{Currency, GUEST, Money, guests_order};

    use super::*;

    fn order() -> OrderPlaced {
        let total = Money {
            amount: 500,
            currency: Currency::EUR,
        };
        OrderPlaced {
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total,
            items: Vec::new(),
        }
    }

    fn placed() -> OrderEvent {
        order().into()
    }

    /// An order with this history.
    fn given(history: impl IntoIterator<Item = OrderEvent>) -> Order {
        history.into_iter().fold(Order::default(), Order::evolve)
    }

    /// An order that has come this far, by a way that the rules allow.
    fn order_that_is(status: OrderStatus) -> Order {
        let way: &[OrderStatus] = match status {
            Placed => &[],
            Paid => &[Paid],
            Shipped => &[Shipped],
            Delivered => &[Shipped, Delivered],
            Cancelled => &[Cancelled],
        };
        way.iter().fold(given([placed()]), |order, to| {
            let events = order.decide(&to_become(*to)).unwrap();
            events.into_iter().fold(order, Order::evolve)
        })
    }

    fn user(id: &str) -> OrderCaller {
        OrderCaller::new(Some(id.to_owned()), None)
    }

    fn to_become(status: OrderStatus) -> OrderCommand {
        match status {
            Cancelled => OrderCommand::Cancel {
                reason: "changed my mind".into(),
                by: user("u-1"),
            },
            to => OrderCommand::ChangeStatus(to),
        }
    }

    #[test]
    fn an_order_is_placed_once() {
        let place = OrderCommand::Place(order());
        assert_eq!(given([]).decide(&place).unwrap().len(), 1);
        assert_eq!(
            given([placed()]).decide(&place).unwrap_err(),
            OrderRefusal::AlreadyPlaced
        );
    }

    #[test]
    fn every_pair_of_statuses_is_decided_as_the_table_says() {
        for from in OrderStatus::ALL {
            for to in OrderStatus::ALL {
                let decided = order_that_is(from).decide(&to_become(to));
                match decided {
                    Ok(events) if from == to => assert!(events.is_empty(), "{from} is {to} already"),
                    Ok(events) => {
                        assert!(allowed(from).contains(&to), "{from} became {to}");
                        let after = events.into_iter().fold(order_that_is(from), Order::evolve);
                        assert_eq!(after.status(), Some(to));
                    }
                    Err(refusal) => {
                        assert!(!allowed(from).contains(&to), "{from} did not become {to}");
                        assert_eq!(refusal, OrderRefusal::Illegal { from, to });
                    }
                }
            }
        }
    }

    #[test]
    fn the_table_is_what_the_picture_shows() {
        let legal = |from, to: &[OrderStatus]| assert_eq!(allowed(from), to, "{from}");
        legal(Placed, &[Paid, Shipped, Cancelled]);
        legal(Paid, &[Shipped, Cancelled]);
        legal(Shipped, &[Delivered]);
        legal(Delivered, &[]);
        legal(Cancelled, &[]);
    }

    #[test]
    fn an_event_tells_what_changed_and_why() {
        let events = order_that_is(Paid).decide(&to_become(Shipped)).unwrap();
        let [OrderEvent::OrderStatusChanged(changed)] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(
            (changed.order_id.as_str(), changed.from, changed.to),
            ("o-1", Paid, Shipped)
        );
        let events = order_that_is(Paid).decide(&to_become(Cancelled)).unwrap();
        let [OrderEvent::OrderCancelled(cancelled)] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(
            (
                cancelled.order_id.as_str(),
                cancelled.reason.known().unwrap().as_str()
            ),
            ("o-1", "changed my mind")
        );
        assert_eq!(cancelled.user_id.as_deref(), Some("u-1"));
    }

    #[test]
    fn an_order_is_called_off_by_who_placed_it_and_a_guests_by_whoever_has_its_secret() {
        let cancel = |by: OrderCaller| OrderCommand::Cancel {
            reason: "changed my mind".into(),
            by,
        };
        let secret = |secret| OrderCaller::new(None, Some(secret));
        for status in OrderStatus::ALL {
            for stranger in [user("u-2"), OrderCaller::default(), secret("s")] {
                let refusal = order_that_is(status).decide(&cancel(stranger)).unwrap_err();
                assert_eq!(refusal, OrderRefusal::NotYours, "{status}");
            }
        }
        assert_eq!(given([placed()]).decide(&cancel(user("u-1"))).unwrap().len(), 1);

        let guests = OrderPlaced {
            order_id: guests_order("s"),
            user_id: GUEST.into(),
            ..order()
        };
        let guests = given([guests.into()]);
        for stranger in [user("u-2"), user(GUEST), OrderCaller::default(), secret("t")] {
            let refusal = guests.decide(&cancel(stranger)).unwrap_err();
            assert_eq!(refusal, OrderRefusal::NotYours);
        }
        assert_eq!(guests.decide(&cancel(secret("s"))).unwrap().len(), 1);
    }

    #[test]
    fn an_order_that_nobody_placed_and_a_cancellation_without_a_reason_are_refused() {
        for status in OrderStatus::ALL {
            assert_eq!(
                given([]).decide(&to_become(status)).unwrap_err(),
                OrderRefusal::Unknown
            );
        }
        let silently = OrderCommand::ChangeStatus(Cancelled);
        assert_eq!(given([]).decide(&silently).unwrap_err(), OrderRefusal::Unknown);
        let refusal = order_that_is(Placed).decide(&silently).unwrap_err();
        assert_eq!(
            refusal,
            OrderRefusal::Illegal {
                from: Placed,
                to: Cancelled
            }
        );
    }

    #[test]
    fn a_refusal_says_what_is_possible() {
        let refusal = order_that_is(Shipped).decide(&to_become(Paid)).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "an order that is shipped cannot become paid; it can become delivered"
        );
        let refusal = order_that_is(Delivered)
            .decide(&to_become(Cancelled))
            .unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "an order that is delivered cannot become cancelled; nothing comes after that"
        );
    }
}
