//! Customers' updates and orders, in whatever order they come; and what is packed because of them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use shipping::{
    CallOffShipment, CreateShipment, CustomerCopies, GetShipment, KeepCustomerCopy, Shipments,
    customer_copies::SHIPPING_CUSTOMERS, shipments::SHIPMENTS,
};
use storefront_contracts::{
    Currency, CustomerUpdated, GUEST, Item, Money, ORDER_SECRET, OrderCancelled, OrderPlaced, PostalAddress,
    ShipmentCreated, StockItem, guests_order,
};
use storefront_providers::{Booked, Packed, Parcel, Unwanted, Warehouse};
use tidings_core::Failure;
use tidings_testkit::{Answered, Bench, Death, Ended, Given, Worker, get, given, time::MOMENT};

/// Packs each key's parcel once, or nothing while it is down.
#[derive(Default)]
struct Depot {
    packed: Mutex<BTreeMap<String, Parcel>>,
    asked: Mutex<usize>,
    down: Mutex<bool>,
    unpacked: Mutex<Vec<String>>,
}

impl Depot {
    /// The orders of which a parcel goes out.
    fn go_out(&self) -> Vec<String> {
        let unpacked = self.unpacked.lock().unwrap();
        let packed = self.packed.lock().unwrap();
        let parcels = packed
            .values()
            .filter(|parcel| !unpacked.contains(&parcel.shipment_id));
        parcels.map(|parcel| parcel.order_id.clone()).collect()
    }
}

#[async_trait::async_trait]
impl Warehouse for Depot {
    async fn pack(&self, parcel: &Parcel, key: &str) -> Result<Booked, Failure> {
        *self.asked.lock().unwrap() += 1;
        if *self.down.lock().unwrap() {
            return Err(Failure::transient("503"));
        }
        let mut packed = self.packed.lock().unwrap();
        let parcel = packed.entry(key.to_owned()).or_insert_with(|| parcel.clone());
        Ok(match parcel.to {
            Some(_) => Booked {
                carrier: Some("PostHaste".into()),
                tracking: Some(format!("PH-{}", parcel.order_id)),
            },
            None => Booked::default(),
        })
    }

    async fn unpack(&self, parcel: &Unwanted, _: &str) -> Result<(), Failure> {
        if *self.down.lock().unwrap() {
            return Err(Failure::transient("503"));
        }
        self.unpacked.lock().unwrap().push(parcel.shipment_id.clone());
        Ok(())
    }
}

struct Yard {
    bench: Bench,
    depot: Arc<Depot>,
    keep: Worker,
    ship: Worker,
}

impl Yard {
    async fn open() -> Self {
        let bench = Bench::open().await;
        let depot: Arc<Depot> = Arc::default();
        Self {
            keep: bench.worker(KeepCustomerCopy).await,
            ship: bench.worker(create(&bench, &depot)).await,
            depot,
            bench,
        }
    }

    /// An update of the customer `u-1`, as it is published.
    async fn update(&self, version: u32, city: &str) -> Given {
        self.bench.sealed(&customer("u-1", city)).await.version(version)
    }

    fn parcels(&self) -> Vec<Parcel> {
        self.depot.packed.lock().unwrap().values().cloned().collect()
    }

    /// Where the parcels go.
    fn cities(&self) -> Vec<Value> {
        let parcels = self.parcels().into_iter();
        parcels
            .map(|parcel| parcel.to.unwrap_or_default()["address"]["city"].clone())
            .collect()
    }

    async fn call_off(&self, order: &str) -> Ended {
        self.calls_off().await.deliver([cancelled(order)]).await.remove(0)
    }

    async fn calls_off(&self) -> Worker {
        let call_off = CallOffShipment {
            shipments: Shipments::new(self.bench.dynamodb(), SHIPMENTS.name),
            warehouse: self.depot.clone(),
        };
        self.bench.worker(call_off).await
    }

    /// The shipment of an order of `u-1`.
    async fn shipment(&self, order: &str) -> Answered {
        self.shipment_by(Some("u-1"), None, order).await
    }

    async fn shipment_by(&self, caller: Option<&str>, secret: Option<&str>, order: &str) -> Answered {
        let shipments = Shipments::new(self.bench.dynamodb(), SHIPMENTS.name);
        let mut asked = get(&format!("/orders/{order}/shipment"));
        if let Some(caller) = caller {
            asked = asked.caller(caller);
        }
        if let Some(secret) = secret {
            asked = asked.header(ORDER_SECRET.name, secret);
        }
        asked.to(&GetShipment { shipments }).await
    }
}

/// As a new instance of the function has it: with no key in its memory.
fn create(bench: &Bench, depot: &Arc<Depot>) -> CreateShipment {
    let (dynamodb, keyring) = (bench.dynamodb(), bench.keyring());
    CreateShipment {
        customers: CustomerCopies::new(dynamodb, SHIPPING_CUSTOMERS.name, Some(keyring)),
        shipments: Shipments::new(bench.dynamodb(), SHIPMENTS.name),
        warehouse: depot.clone(),
    }
}

fn customer(id: &str, city: &str) -> CustomerUpdated {
    let address = PostalAddress {
        lines: vec!["12 St James's Square".into()],
        postal_code: "SW1Y 4JH".into(),
        city: city.into(),
        country: "GB".into(),
    };
    CustomerUpdated {
        customer_id: id.into(),
        name: "Ada".into(),
        email: "ada@example.com".into(),
        phone: Some("112".into()),
        address: address.into(),
    }
}

fn item(sku: &str, quantity: u32) -> Item {
    let unit_price = Money {
        amount: 500,
        currency: Currency::EUR,
    };
    Item {
        sku: sku.into(),
        name: "Something".into(),
        quantity,
        unit_price,
    }
}

fn order(id: &str, user: &str) -> Given {
    given(&OrderPlaced {
        order_id: id.into(),
        user_id: user.into(),
        email: "ada@example.com".into(),
        total: Money {
            amount: 2_500,
            currency: Currency::EUR,
        },
        items: vec![item("tea", 2), item("mug", 2), item("tea", 1)],
    })
}

fn cancelled(order: &str) -> Given {
    given(&OrderCancelled {
        order_id: order.into(),
        user_id: Some("u-1".into()),
        reason: "ordered twice".into(),
    })
}

fn awaits(ended: &Ended) -> bool {
    matches!(ended, Ended::Back { reason, .. } if reason.starts_with("no customer.updated of u-1 has come yet"))
}

#[tokio::test]
async fn an_order_before_its_customers_update_an_older_update_behind_a_newer_and_duplicates_end_the_same() {
    let yard = Yard::open().await;
    let ordered = order("o-1", "u-1");
    let ended = yard.ship.deliver([&ordered]).await;
    assert!(awaits(&ended[0]), "{ended:?}");
    assert_eq!(*yard.depot.asked.lock().unwrap(), 0);

    let (second, third) = (yard.update(2, "London").await, yard.update(3, "Paris").await);
    assert_eq!(yard.keep.deliver([&third]).await, [Ended::Done]);
    assert_eq!(yard.keep.deliver([&second]).await, [Ended::Done], "superseded");
    assert_eq!(
        yard.keep.deliver([&third, &second]).await,
        vec![Ended::Duplicate; 2]
    );
    let copies = yard.bench.rows(&SHIPPING_CUSTOMERS).await;
    assert_eq!((copies.len(), &copies[0]["version"]), (1, &json!(3)));

    assert_eq!(yard.ship.deliver([&ordered]).await, [Ended::Done]);
    assert_eq!(yard.ship.deliver([&ordered]).await, [Ended::Duplicate]);
    assert_eq!(yard.cities(), ["Paris"]);
    assert_eq!(yard.bench.emitted::<ShipmentCreated>().await.len(), 1);
}

#[tokio::test]
async fn a_parcel_has_each_article_once_and_goes_to_the_customer_of_whom_nothing_is_stored_in_the_clear() {
    let yard = Yard::open().await;
    yard.keep.deliver([yard.update(1, "London").await]).await;
    let rows = json!(yard.bench.rows(&SHIPPING_CUSTOMERS).await).to_string();
    for personal in ["Ada", "ada@", "112", "London", "SW1Y", "James"] {
        assert!(!rows.contains(personal), "{personal}: {rows}");
    }

    assert_eq!(yard.ship.deliver([order("o-1", "u-1")]).await, [Ended::Done]);
    let address = json!({
        "lines": ["12 St James's Square"],
        "postalCode": "SW1Y 4JH",
        "city": "London",
        "country": "GB",
    });
    let to_pack = |sku: &str, quantity| Packed {
        sku: sku.into(),
        quantity,
    };
    let parcel = Parcel {
        shipment_id: "shp-o-1".into(),
        order_id: "o-1".into(),
        to: Some(json!({ "name": "Ada", "phone": "112", "address": address })),
        items: vec![to_pack("mug", 2), to_pack("tea", 3)],
    };
    assert_eq!(yard.parcels(), [parcel]);

    let article = |sku: &str, quantity| StockItem {
        sku: sku.into(),
        quantity,
    };
    let created = ShipmentCreated {
        shipment_id: "shp-o-1".into(),
        order_id: "o-1".into(),
        user_id: "u-1".into(),
        carrier: Some("PostHaste".into()),
        tracking: Some("PH-o-1".into()),
        items: vec![article("mug", 2), article("tea", 3)],
    };
    assert_eq!(
        yard.bench.emitted::<ShipmentCreated>().await,
        std::slice::from_ref(&created)
    );
    let shown = yard.shipment("o-1").await;
    assert_eq!((shown.status, shown.body), (200, json!(created)));
    assert_eq!(yard.shipment("o-2").await.status, 404);
}

#[tokio::test]
async fn a_shipment_is_shown_to_whoever_ordered_and_a_guests_to_whoever_has_its_secret() {
    let yard = Yard::open().await;
    yard.keep.deliver([yard.update(1, "London").await]).await;
    let guests = guests_order("s");
    let ordered = [order("o-1", "u-1"), order(&guests, GUEST)];
    assert_eq!(yard.ship.deliver(&ordered).await, vec![Ended::Done; 2]);
    for (id, caller, secret, status) in [
        ("o-1", None, None, 403),
        ("o-1", Some("usr-eve"), None, 403),
        ("o-1", None, Some("s"), 403),
        ("o-1", Some("u-1"), None, 200),
        (&guests, None, None, 403),
        (&guests, Some("usr-eve"), None, 403),
        (&guests, Some(GUEST), None, 403),
        (&guests, None, Some("t"), 403),
        (&guests, None, Some("s"), 200),
    ] {
        let answered = yard.shipment_by(caller, secret, id).await;
        assert_eq!(
            answered.status, status,
            "{id} for {caller:?} {secret:?}: {answered:?}"
        );
    }
}

#[tokio::test]
async fn an_order_that_is_called_off_is_not_packed_whether_it_waits_for_an_address_or_comes_later() {
    let yard = Yard::open().await;
    let waiting = order("o-1", "u-1");
    assert!(awaits(&yard.ship.deliver([&waiting]).await[0]));
    for id in ["o-1", "o-2"] {
        assert_eq!(yard.call_off(id).await, Ended::Done);
    }
    yard.keep.deliver([yard.update(1, "London").await]).await;
    let ended = yard.ship.deliver([waiting, order("o-2", GUEST)]).await;
    assert_eq!(ended, vec![Ended::Done; 2]);
    assert_eq!(*yard.depot.asked.lock().unwrap(), 0);
    assert!(yard.bench.emitted::<ShipmentCreated>().await.is_empty());
    assert_eq!(yard.shipment("o-1").await.status, 404);
}

#[tokio::test]
async fn an_order_that_is_called_off_says_nothing_of_the_warehouse_which_is_still_down() {
    let yard = Yard::open().await;
    *yard.depot.down.lock().unwrap() = true;
    for id in ["o-1", "o-2", "o-3", "o-4", "o-5"] {
        assert_eq!(
            yard.ship.deliver([order(id, GUEST)]).await,
            [Ended::back(1, "503")]
        );
    }
    assert_eq!(yard.call_off("o-6").await, Ended::Done);
    yard.bench.pass(Duration::from_secs(30));
    assert_eq!(yard.ship.deliver([order("o-6", GUEST)]).await, [Ended::Done]);
    // One parcel finds out that the warehouse is still down, and the others are not tried.
    let ended = yard
        .ship
        .deliver([order("o-7", GUEST), order("o-8", GUEST)])
        .await;
    assert_eq!(ended[0], Ended::back(1, "503"));
    assert_eq!(ended[1].reason(), "paused");
    assert_eq!(*yard.depot.asked.lock().unwrap(), 6);
}

#[tokio::test]
async fn a_cancellation_that_comes_when_the_parcel_is_packed_has_it_unpacked_once() {
    let yard = Yard::open().await;
    let ordered = order("o-1", "u-1");
    yard.keep.deliver([yard.update(1, "London").await]).await;
    assert_eq!(yard.ship.deliver([&ordered]).await, [Ended::Done]);
    assert_eq!(
        (yard.shipment("o-1").await.status, yard.depot.go_out()),
        (200, vec!["o-1".to_owned()])
    );

    *yard.depot.down.lock().unwrap() = true;
    let call_off = yard.calls_off().await;
    let off = cancelled("o-1");
    assert_eq!(call_off.deliver([&off]).await, [Ended::back(1, "503")]);
    *yard.depot.down.lock().unwrap() = false;
    assert_eq!(
        call_off.deliver([&off, &off]).await,
        [Ended::Done, Ended::Duplicate]
    );
    assert_eq!(*yard.depot.unpacked.lock().unwrap(), ["shp-o-1"]);
    assert!(yard.depot.go_out().is_empty());
    assert_eq!(yard.shipment("o-1").await.status, 404);
    // Another event of the same order has nothing packed.
    assert_eq!(
        yard.ship.deliver([order("o-1", "u-1").id("another")]).await,
        [Ended::Done]
    );
    assert!(yard.depot.go_out().is_empty());
}

/// A warehouse that packs while the order is called off.
struct TooLate {
    depot: Arc<Depot>,
    call_off: Worker,
}

#[async_trait::async_trait]
impl Warehouse for TooLate {
    async fn pack(&self, parcel: &Parcel, key: &str) -> Result<Booked, Failure> {
        let ended = self.call_off.deliver([cancelled(&parcel.order_id)]).await;
        assert_eq!(ended, [Ended::Done]);
        self.depot.pack(parcel, key).await
    }

    async fn unpack(&self, parcel: &Unwanted, key: &str) -> Result<(), Failure> {
        self.depot.unpack(parcel, key).await
    }
}

#[tokio::test]
async fn a_parcel_that_is_packed_while_its_order_is_called_off_is_unpacked_and_never_told_of() {
    let yard = Yard::open().await;
    let warehouse = TooLate {
        depot: yard.depot.clone(),
        call_off: yard.calls_off().await,
    };
    let create = CreateShipment {
        warehouse: Arc::new(warehouse),
        ..create(&yard.bench, &yard.depot)
    };
    yard.keep.deliver([yard.update(1, "London").await]).await;
    let (ship, ordered) = (yard.bench.worker(create).await, order("o-1", "u-1"));
    let ended = ship.deliver([&ordered]).await;
    assert_eq!(
        ended,
        [Ended::back(
            1,
            "the order was called off while it was being packed"
        )]
    );
    assert_eq!(ship.deliver([&ordered]).await, [Ended::Done]);
    assert_eq!((yard.parcels().len(), yard.depot.go_out().len()), (1, 0));
    assert_eq!(yard.shipment("o-1").await.status, 404);
    assert!(yard.bench.emitted::<ShipmentCreated>().await.is_empty());
}

#[tokio::test]
async fn a_guest_collects_their_parcel() {
    let yard = Yard::open().await;
    let guests = guests_order("s");
    assert_eq!(yard.ship.deliver([order(&guests, GUEST)]).await, [Ended::Done]);
    assert_eq!(yard.parcels()[0].to, None);
    let shown = yard.shipment_by(None, Some("s"), &guests).await;
    assert_eq!((shown.status, &shown.body["carrier"]), (200, &Value::Null));
}

#[tokio::test]
async fn orders_that_wait_for_their_customers_hold_up_nobody_elses() {
    let yard = Yard::open().await;
    let waiting: Vec<_> = (0..9).map(|id| order(&format!("o-{id}"), "u-1")).collect();
    for order in &waiting {
        assert!(awaits(&yard.ship.deliver([order]).await[0]));
    }
    assert_eq!(yard.ship.deliver([order("o-9", GUEST)]).await, [Ended::Done]);
    yard.keep.deliver([yard.update(1, "London").await]).await;
    assert_eq!(yard.ship.deliver(&waiting).await, vec![Ended::Done; 9]);
    assert_eq!(yard.parcels().len(), 10);
}

#[tokio::test]
async fn what_is_waited_for_in_vain_says_in_its_record_what_is_to_be_done() {
    let yard = Yard::open().await;
    let ordered = order("o-1", "u-1");
    yard.ship.deliver([ordered.message().received(40)]).await;
    let record = yard.ship.record(&ordered.envelope()).await.unwrap();
    let cause = format!("{record:?}");
    assert!(
        cause.contains("update-customer") && cause.contains("redriven"),
        "{cause}"
    );
}

#[tokio::test]
async fn a_warehouse_that_is_down_is_asked_again_and_packs_an_order_once_whatever_dies() {
    let yard = Yard::open().await;
    yard.keep.deliver([yard.update(1, "London").await]).await;
    let ordered = order("o-1", "u-1");
    *yard.depot.down.lock().unwrap() = true;
    assert_eq!(yard.ship.deliver([&ordered]).await, [Ended::back(1, "503")]);
    *yard.depot.down.lock().unwrap() = false;

    yard.ship
        .deliver_and_die(Death::BeforeCompletion, [&ordered])
        .await;
    yard.bench.pass(Duration::from_secs(60));
    assert_eq!(yard.ship.deliver([&ordered]).await, [Ended::Done]);
    assert_eq!(*yard.depot.asked.lock().unwrap(), 3, "each time by the same key");
    assert_eq!(yard.parcels().len(), 1);
    assert_eq!(yard.bench.emitted::<ShipmentCreated>().await.len(), 1);
}

#[tokio::test]
async fn nothing_is_shipped_to_a_customer_who_has_been_erased_and_the_order_is_done() {
    let yard = Yard::open().await;
    let (first, second) = (yard.update(1, "London").await, yard.update(2, "Paris").await);
    yard.keep.deliver([first]).await;
    yard.bench.person_keys().forget("u-1", MOMENT).await.unwrap();
    // What was on its way when they were erased brings nothing back.
    yard.keep.deliver([second]).await;
    let ship = yard.bench.worker(create(&yard.bench, &yard.depot)).await;
    assert_eq!(ship.deliver([order("o-1", "u-1")]).await, [Ended::Done]);
    assert!(yard.parcels().is_empty() && yard.bench.rows(&SHIPMENTS).await.is_empty());
}

#[tokio::test]
async fn a_copy_that_nobody_opens_is_a_mistake_and_no_reason_to_ship_nothing() {
    let yard = Yard::open().await;
    yard.keep.deliver([yard.update(1, "London").await]).await;
    let without_keys = CreateShipment {
        customers: CustomerCopies::new(yard.bench.dynamodb(), SHIPPING_CUSTOMERS.name, None),
        shipments: Shipments::new(yard.bench.dynamodb(), SHIPMENTS.name),
        warehouse: yard.depot.clone(),
    };
    let failed = order("o-1", "u-1").by(&without_keys).await;
    assert_eq!(failed.failure().map(Failure::class), Some("Sealed"));
}

#[tokio::test]
async fn an_order_that_does_not_say_what_was_ordered_is_set_aside() {
    let yard = Yard::open().await;
    let old = include_str!("../../../events/order.placed/v1.json");
    let ended = yard.ship.deliver([tidings_testkit::given_json(old)]).await;
    assert!(
        matches!(&ended[0], Ended::SetAside { reason } if reason.contains("shipped by hand")),
        "{ended:?}"
    );
}

#[test]
fn an_update_without_a_version_is_set_aside() {
    let update = given(&customer("u-1", "London")).with(|attributes| attributes.aggregateversion = None);
    update
        .by(&KeepCustomerCopy)
        .fails_for_good("the event does not say which version it is");
}
