//! Orders that are too large for a message: their histories are read for good, and what is made of them fits into an item.

use orders::{CancelOrder, GetOrder, HandlePlaceOrder, OrderViews, ProjectOrders, order_view::ORDER_VIEWS};
use serde_json::{Value, json};
use storefront_contracts::{OrderLine, OrderPlaced, PlaceOrder};
use tidings_aws::{
    claim_check::lighten,
    projection::{Projector, Views},
};
use tidings_bus::Bus;
use tidings_core::{
    Actor, Clock as _, Envelope, Incoming as _,
    catalogue::{EVENTS, IDEMPOTENCY, OUTBOX},
    causation::Origin,
    command::issue,
    ports::{ClaimCheck as _, SendCommand},
};
use tidings_testkit::{Answered, Bench, Ended, Given, Message, get, given_command, post};
use uuid::Uuid;

/// As many lines as an order may have, of as many articles, each called by so many letters.
fn command(letter: char, letters: usize) -> PlaceOrder {
    let line = |number: u32| OrderLine {
        sku: format!("{:095}", number % 90),
        name: letter.to_string().repeat(letters),
        quantity: 1_000_000,
        unit_price: 100_000,
    };
    PlaceOrder {
        order_id: "o-1".into(),
        email: "ada@example.com".into(),
        currency: "EUR".into(),
        items: (0..500).map(line).collect(),
    }
}

fn large(letter: char, letters: usize) -> Given {
    given_command(&command(letter, letters)).actor("u-1")
}

async fn cancel(bench: &Bench) -> Answered {
    let events = bench.events().await;
    let request = post(&json!({ "reason": "too much" })).at("/orders/o-1/cancellation");
    request.caller("u-1").to(&CancelOrder { events }).await
}

#[tokio::test]
async fn an_order_that_is_too_large_for_a_message_can_be_called_off_years_later_and_is_erased() {
    let bench = Bench::open().await;
    bench.events().await;
    let worker = bench.worker(HandlePlaceOrder).await;
    assert_eq!(worker.deliver([large('ж', 200)]).await, [Ended::Done]);
    // What the claim check keeps is gone after 74 days.
    bench.claims().expire();
    let [placed] = bench.stated().await.try_into().expect("one event");
    assert!(placed.data().len() > 256 * 1024 && placed.dataref.is_none());
    let answered = cancel(&bench).await;
    assert_eq!(answered.status, 200, "{answered:?}");
    assert_eq!(bench.stated().await.len(), 2);

    let stored = Value::from(bench.rows(&EVENTS).await).to_string();
    assert!(!stored.contains("ada@example.com"), "it is sealed wherever it is");
    let email = async || {
        let opened = bench.keyring().open(placed.clone()).await.unwrap();
        OrderPlaced::decode(&opened).unwrap().email
    };
    assert!(email().await.known().is_some());
    bench
        .person_keys()
        .forget("u-1", bench.clock().now())
        .await
        .unwrap();
    assert!(email().await.is_erased());
}

#[tokio::test]
async fn the_largest_order_that_is_taken_is_shown_and_a_larger_one_is_refused_by_its_field() {
    let bench = Bench::open().await;
    let worker = bench.worker(HandlePlaceOrder).await;
    assert_eq!(worker.deliver([large('ж', 200)]).await, [Ended::Done]);
    let views = || Views::<OrderViews>::new(bench.dynamodb(), ORDER_VIEWS.name);
    let projector = Projector::new(views(), bench.events().await);
    let project = bench.worker(ProjectOrders { projector }).await;
    let [placed] = bench.stated().await.try_into().expect("one event");
    assert_eq!(project.deliver([placed]).await, [Ended::Done]);
    let shown = get("/orders/o-1")
        .caller("u-1")
        .to(&GetOrder { views: views() })
        .await;
    assert_eq!(shown.status, 200, "{shown:?}");
    assert_eq!(shown.body["items"].as_array().map(Vec::len), Some(500));

    let refused = large('𐍈', 200).id("c-2").asked("replies-00000000000000aa", "q-2");
    assert_eq!(worker.deliver([refused]).await, [Ended::Done]);
    let (_, answer) = &worker.answers()[0];
    let answer: Value = serde_json::from_str(answer.data()).unwrap();
    let fault = json!({
        "pointer": "#/items",
        "detail": "must have articles and names of 250000 bytes together at most, in UTF-8",
    });
    assert_eq!(
        (&answer["outcome"], &answer["faults"]),
        (&json!("refused"), &json!([fault]))
    );
}

#[tokio::test]
async fn of_a_command_with_an_address_nothing_is_kept_that_outlives_its_person() {
    let origin = |user: Option<&str>| Origin {
        source: "/partners/kiosk".into(),
        id: Uuid::from_u128(1),
        time: jiff::Timestamp::UNIX_EPOCH,
        correlation_id: None,
        trace: None,
        actor: Actor {
            id: user.map(ToOwned::to_owned),
            ..Actor::default()
        },
    };
    // Who orders, and whom it takes to erase: of somebody whom nobody has authenticated, each order is a person.
    for (user, person) in [(Some("u-1"), "u-1"), (None, "o-1")] {
        let bench = Bench::open().await;
        let worker = bench.worker(HandlePlaceOrder).await;
        let issued = issue(&command('ж', 200), origin(user)).unwrap();
        let bus = Bus::new(bench.clock(), bench.entropy());
        let refused = SendCommand::send(&bus, &issued).await.unwrap_err();
        assert!(refused.0.ends_with("not sealed"), "{refused}");

        let sealed = bench.keyring().seal(vec![issued]).await.unwrap().remove(0);
        let claims = bench.claims();
        let sent = lighten(Some(&*claims), &sealed).await.unwrap().into_owned();
        let deposited = claims.collect(sent.dataref.as_deref().unwrap()).await.unwrap();
        assert_eq!(worker.deliver([Message::of(&sent)]).await, [Ended::Done]);
        // Again, and refused: its answer, its record and `order.refused` are there as well.
        let again = Message::of(&given_again(&sent));
        assert_eq!(worker.deliver([again]).await, [Ended::Done]);

        let mut kept = format!("{} {deposited} {:?}", sent.to_json(), worker.answers());
        for table in [&EVENTS, &OUTBOX, &IDEMPOTENCY] {
            kept += &Value::from(bench.rows(table).await).to_string();
        }
        assert!(!kept.contains("ada@example.com"), "it is sealed wherever it is");
        let [placed] = bench.stated().await.try_into().expect("one event");
        let email = async || {
            let opened = bench.keyring().open(placed.clone()).await.unwrap();
            OrderPlaced::decode(&opened).unwrap().email
        };
        assert_eq!(email().await.known().map(String::as_str), Some("ada@example.com"));
        bench
            .person_keys()
            .forget(person, bench.clock().now())
            .await
            .unwrap();
        assert!(email().await.is_erased());
        let another = Message::of(&given_again(&given_again(&sent)));
        assert_eq!(worker.deliver([another]).await, [Ended::Done], "it is refused");
        assert_eq!(bench.stated().await.len(), 1);
    }
}

/// The same, asked for as another command.
fn given_again(sent: &Envelope) -> Envelope {
    let text = sent.to_json();
    let again = text.replacen(&sent.id, &format!("{}-again", sent.id), 1);
    Envelope::parse(&again).unwrap()
}
