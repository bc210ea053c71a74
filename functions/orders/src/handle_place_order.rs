//! `handle-place-order`: takes an order that is asked for by the command `place-order`, or refuses it.
//!
//! Transactional: the order's first event, or `order.refused`, commits together with the command's record and the answer. So a command that
//! comes again has no second effect, and is answered as before.

use storefront_contracts::{
    Fault, OrderAnswer, OrderLine, OrderPlaced, OrderRefused, PlaceOrder, RefusalReason,
};
use tidings_aws::{ConsumerFunction, http::FieldError};
use tidings_core::{
    Consumer, Context, Effects, Event, EventType, Failure, Received, Transactional, Unread,
    catalogue::{Access, EVENTS, Resource},
    consumer::guarantee,
    effects::Otherwise,
};

use crate::{
    basket::{Basket, Line, placed},
    guest::who_orders,
};

/// The handler of the command.
#[derive(Debug, Clone, Copy, Default)]
pub struct HandlePlaceOrder;

/// The longest id that an order may be given.
const LONGEST_ID: usize = 64;

impl Consumer for HandlePlaceOrder {
    const NAME: &'static str = "handle-place-order";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::Append),
        Resource::Personal(Access::ReadWrite),
    ];
    const PUBLISHES: &'static [EventType] = &[OrderPlaced::EVENT_TYPE, OrderRefused::EVENT_TYPE];
    type Event = Received<PlaceOrder>;
    type Guarantee = guarantee::Transactional;
}

/// The Lambda function `handle-place-order`.
#[must_use]
pub fn function() -> ConsumerFunction<HandlePlaceOrder> {
    ConsumerFunction::new(async |_| Ok(HandlePlaceOrder))
}

impl Transactional for HandlePlaceOrder {
    fn decide(&self, Received(command): Received<PlaceOrder>, context: &Context) -> Result<Effects, Failure> {
        let order_id = shown(&command.order_id);
        let email = match command.email.read() {
            Ok(email) => email.clone(),
            // Nobody can be told of the order any more: the address is refused as one that is missing.
            Err(Unread::Erased) => String::new(),
            Err(unread @ Unread::Sealed) => return Err(unread.into()),
        };
        let order = match taken(command, email, context) {
            Ok(order) => order,
            Err(errors) => return refused(&order_id, RefusalReason::Invalid, errors, context),
        };
        let accepted = OrderAnswer::Accepted {
            order_id: order.order_id.clone(),
            total: order.total,
        };
        let already = refused(&order_id, RefusalReason::AlreadyPlaced, Vec::new(), context)?;
        Ok(Effects::none()
            .append(&order, 1, Otherwise::Instead(Box::new(already)))?
            .answer::<PlaceOrder>(&accepted)?)
    }
}

/// The order, if it can be taken.
fn taken(command: PlaceOrder, email: String, context: &Context) -> Result<OrderPlaced, Vec<FieldError>> {
    let PlaceOrder {
        order_id,
        currency,
        items,
        ..
    } = command;
    let named = is_id(&order_id);
    let basket = Basket {
        email,
        currency,
        items: items.into_iter().map(Line::from).collect(),
    };
    let placed = placed(basket, order_id, who(context));
    if named {
        return placed;
    }
    let detail = format!("must be letters, digits, - and _, {LONGEST_ID} at most");
    let mut errors = vec![FieldError::new("/orderId", detail)];
    errors.extend(placed.err().unwrap_or_default());
    Err(errors)
}

fn refused(
    order_id: &str,
    reason: RefusalReason,
    errors: Vec<FieldError>,
    context: &Context,
) -> Result<Effects, Failure> {
    let faults: Vec<_> = errors.into_iter().map(fault).collect();
    let event = OrderRefused {
        request_id: context.envelope.id.clone(),
        order_id: order_id.to_owned(),
        user_id: who(context),
        reason,
        faults: faults.clone(),
    };
    let answer = OrderAnswer::Refused {
        order_id: order_id.to_owned(),
        reason,
        faults,
    };
    Ok(Effects::none().emit(&event, 1)?.answer::<PlaceOrder>(&answer)?)
}

fn who(context: &Context) -> String {
    who_orders(context.envelope.actor.id.clone())
}

/// The id as it is told: one that is too long to be one is cut, because an answer has its limit, too.
fn shown(order_id: &str) -> String {
    order_id.chars().take(LONGEST_ID).collect()
}

fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(allowed)
}

fn fault(error: FieldError) -> Fault {
    Fault {
        pointer: error.pointer,
        detail: error.detail,
    }
}

impl From<OrderLine> for Line {
    fn from(line: OrderLine) -> Self {
        Self {
            sku: line.sku,
            name: line.name,
            quantity: line.quantity,
            unit_price: line.unit_price,
        }
    }
}

#[cfg(test)]
mod tests {
    use storefront_contracts::{Currency, Item, Money};
    use tidings_testkit::{Bench, Death, Ended, Given, given_command};

    use super::*;
    use crate::basket::MOST_FAULTS;

    const QUEUE: &str = "replies-00000000000000aa";

    fn eur(amount: i64) -> Money {
        Money {
            amount,
            currency: Currency::EUR,
        }
    }

    fn command() -> PlaceOrder {
        PlaceOrder {
            order_id: "o-1".into(),
            email: "ada@example.com".into(),
            currency: "EUR".into(),
            items: vec![OrderLine {
                sku: "tea".into(),
                name: "Tea".into(),
                quantity: 2,
                unit_price: 250,
            }],
        }
    }

    fn order() -> OrderPlaced {
        OrderPlaced {
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total: eur(500),
            items: vec![Item {
                sku: "tea".into(),
                name: "Tea".into(),
                quantity: 2,
                unit_price: eur(250),
            }],
        }
    }

    fn accepted() -> OrderAnswer {
        OrderAnswer::Accepted {
            order_id: "o-1".into(),
            total: eur(500),
        }
    }

    fn asked(id: &str, request: &str) -> Given {
        given_command(&command())
            .id(id)
            .actor("u-1")
            .asked(QUEUE, request)
    }

    fn already_placed() -> OrderAnswer {
        OrderAnswer::Refused {
            order_id: "o-1".into(),
            reason: RefusalReason::AlreadyPlaced,
            faults: Vec::new(),
        }
    }

    #[test]
    fn an_order_that_can_be_taken_is_the_first_event_of_its_history_and_is_answered_with_its_total() {
        given_command(&command())
            .actor("u-1")
            .by(&HandlePlaceOrder)
            .appends(&order(), 1)
            .answers::<PlaceOrder>(&accepted())
            .does_nothing_else();
    }

    #[test]
    fn where_the_order_is_there_already_it_is_refused_instead() {
        let refused = OrderRefused {
            request_id: "c-2".into(),
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            reason: RefusalReason::AlreadyPlaced,
            faults: Vec::new(),
        };
        given_command(&command())
            .id("c-2")
            .actor("u-1")
            .by(&HandlePlaceOrder)
            .instead()
            .emits(&refused, 1)
            .answers::<PlaceOrder>(&already_placed())
            .does_nothing_else();
    }

    #[test]
    fn each_fault_is_named_and_only_the_refusal_is_stated() {
        let mut wrong = command();
        wrong.order_id = "o 1".into();
        wrong.items[0].quantity = 0;
        let fault = |pointer: &str, detail: &str| Fault {
            pointer: pointer.into(),
            detail: detail.into(),
        };
        let faults = vec![
            fault("#/orderId", "must be letters, digits, - and _, 64 at most"),
            fault("#/items/0/quantity", "must be 1 or more"),
        ];
        let refused = OrderRefused {
            request_id: "c-1".into(),
            order_id: "o 1".into(),
            user_id: "guest".into(),
            reason: RefusalReason::Invalid,
            faults: faults.clone(),
        };
        let answer = OrderAnswer::Refused {
            order_id: "o 1".into(),
            reason: RefusalReason::Invalid,
            faults,
        };
        given_command(&wrong)
            .id("c-1")
            .by(&HandlePlaceOrder)
            .emits(&refused, 1)
            .answers::<PlaceOrder>(&answer)
            .does_nothing_else();
    }

    #[tokio::test]
    async fn an_order_that_is_wrong_all_over_is_refused_once_and_answered_within_the_limit() {
        let bench = Bench::open().await;
        bench.table(&EVENTS).await;
        let worker = bench.worker(HandlePlaceOrder).await;
        let mut wrong = command();
        let line = OrderLine {
            sku: String::new(),
            name: String::new(),
            quantity: 0,
            unit_price: 0,
        };
        wrong.items = vec![line; 500];
        wrong.order_id = "x".repeat(100_000);
        let asked = given_command(&wrong).id("c-1").asked(QUEUE, "q-1");
        assert_eq!(worker.deliver([asked]).await, [Ended::Done]);

        let [refused] = bench
            .emitted::<OrderRefused>()
            .await
            .try_into()
            .expect("one refusal");
        assert_eq!(
            refused.faults.len(),
            1 + MOST_FAULTS + 1,
            "the id, the first of the others, and how many more"
        );
        let last = refused.faults.last().unwrap();
        assert_eq!(
            (last.pointer.as_str(), last.detail.as_str()),
            ("#/items", "has 1900 more faults, which are not named")
        );
        let answers = worker.answers();
        let [(_, answer)] = &answers[..] else {
            panic!("one answer: {answers:?}")
        };
        let answer: OrderAnswer = serde_json::from_str(answer.data()).unwrap();
        assert!(matches!(answer, OrderAnswer::Refused { faults, .. } if faults == refused.faults));
    }

    #[tokio::test]
    async fn a_command_that_comes_again_has_one_effect_and_the_same_answer() {
        let bench = Bench::open().await;
        bench.table(&EVENTS).await;
        let worker = bench.worker(HandlePlaceOrder).await;
        worker
            .deliver_and_die(Death::AfterCompletion, [asked("c-1", "q-1")])
            .await;
        assert_eq!(worker.answers().len(), 0, "it died before it answered");
        // The same message again, and the same command asked for again, in one batch and one group.
        let again = [asked("c-1", "q-1"), asked("c-1", "q-2")];
        let again = again.map(|asked| asked.message().in_group("o-1"));
        assert_eq!(worker.deliver(again).await, [Ended::Duplicate, Ended::Duplicate]);
        let answers = worker.answers();
        let told: Vec<_> = answers
            .iter()
            .map(|(queue, answer)| {
                let data: OrderAnswer = serde_json::from_str(answer.data()).unwrap();
                (
                    queue.as_str(),
                    tidings_core::request::request_of(answer).unwrap(),
                    data,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (QUEUE, "q-1".to_owned(), accepted()),
                (QUEUE, "q-2".to_owned(), accepted())
            ]
        );
        assert_eq!(answers[0].1.id, answers[1].1.id, "it is one answer");
        assert_eq!(bench.stated().await.len(), 1);
        assert_eq!(bench.outbox().await.len(), 0);
    }

    #[tokio::test]
    async fn another_command_for_the_same_order_is_refused_and_the_order_stays_as_it_was() {
        let bench = Bench::open().await;
        let worker = bench.worker(HandlePlaceOrder).await;
        let batch = [asked("c-1", "q-1"), asked("c-2", "q-2")];
        let batch = batch.map(|asked| asked.message().in_group("o-1"));
        let ended = worker.deliver(batch).await;
        assert_eq!(ended, [Ended::Done, Ended::Done]);
        let stated = bench.stated().await;
        assert_eq!((stated.len(), stated[0].causationid.as_deref()), (1, Some("c-1")));
        let [refused] = bench
            .emitted::<OrderRefused>()
            .await
            .try_into()
            .expect("one refusal");
        assert_eq!(
            (refused.request_id.as_str(), refused.reason),
            ("c-2", RefusalReason::AlreadyPlaced)
        );
        let answers = worker.answers();
        let last: OrderAnswer = serde_json::from_str(answers[1].1.data()).unwrap();
        assert_eq!(last, already_placed());
    }
}
