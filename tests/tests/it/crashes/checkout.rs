//! A checkout that dies at any of its points, and what its caller or the sweeper makes of it.
//!
//! Whatever happens: at most one charge, and one exactly where there is an order; each tea is either left or reserved; the events tell of what
//! is so, and of nothing else.

use std::time::Duration;

use jiff::Timestamp;
use orders::{PlaceOrder, checkout::Swept, order::Order};
use serde_json::json;
use tidings_aws::event_store::AsOf;
use tidings_testkit::{Answered, post};

use super::{
    mortal::dies_at,
    world::{TEAS, World},
};

/// The first point at which it lives.
const NEVER: u32 = u32::MAX;
/// Teas of an order that can be had.
const ORDERED: u64 = 3;

/// A checkout, and what it comes to.
#[derive(Debug)]
struct Case {
    card: &'static str,
    teas: u64,
    status: u16,
    phase: &'static str,
}

const PLACED: Case = Case {
    card: "tok_visa",
    teas: ORDERED,
    status: 202,
    phase: "placed",
};
const CASES: [Case; 3] = [
    PLACED,
    Case {
        card: "tok_chargeDeclined",
        status: 402,
        phase: "refused",
        ..PLACED
    },
    Case {
        teas: TEAS + 1,
        status: 409,
        phase: "refused",
        ..PLACED
    },
];

impl Case {
    fn reserves(&self) -> bool {
        self.teas <= TEAS
    }
}

/// Checks out under a key; dies at this point, if it gets there.
async fn check_out(world: &World, case: &Case, point: u32) -> Option<Answered> {
    let checkout = PlaceOrder {
        checkouts: world.checkouts(),
    };
    let order = json!({ "email": "ada@example.com", "currency": "EUR", "card": case.card, "items": [
        { "sku": "tea", "name": "Tea", "quantity": case.teas, "unitPrice": 500 },
    ]});
    let request = post(&order).caller("u-1").header("idempotency-key", "k-1");
    dies_at(point, request.to(&checkout)).await
}

/// A sweep that dies at this point; none if it did.
async fn sweep(world: &World, point: u32) -> Option<Swept> {
    tokio::time::sleep(Duration::from_millis(2)).await;
    let checkouts = world.checkouts();
    let swept = dies_at(point, checkouts.sweep(Duration::ZERO, Timestamp::MAX)).await;
    swept.map(Result::unwrap)
}

/// How far it got, with what must hold there.
async fn stands(world: &World, case: &Case) -> Option<String> {
    let (phase, told) = (world.phase().await, world.told().await);
    let (charges, left) = (world.cards.charged().len(), world.stock().await);
    let placed = ["inventory.reserved", "order.placed", "payment.processed"];
    match phase.as_deref() {
        None | Some("pending") => assert_eq!((charges, left, told.len()), (0, TEAS, 0)),
        Some("reserved") => assert!(charges <= 1 && left == TEAS - ORDERED && told.is_empty()),
        Some("placed") => {
            assert_eq!((charges, left), (1, TEAS - ORDERED));
            assert_eq!(told, placed);
        }
        Some("refused") => {
            assert_eq!((charges, left), (0, TEAS));
            let refused: &[&str] = match case.reserves() {
                true => &["order.refused", "payment.refused"],
                false => &["order.refused"],
            };
            assert_eq!(told, refused);
        }
        Some(other) => panic!("{other}"),
    }
    phase
}

/// It ended as it should.
async fn ended(world: &World, case: &Case, answered: &Answered) {
    assert_eq!(answered.status, case.status, "{answered:?}");
    assert_eq!(stands(world, case).await.as_deref(), Some(case.phase));
    if case.phase == PLACED.phase {
        let id = answered.body["orderId"].as_str().unwrap();
        let order = world.events().load::<Order>(id, AsOf::Now).await.unwrap();
        assert_eq!(order.version, 1);
    }
}

#[tokio::test]
async fn a_checkout_that_dies_at_any_point_is_finished_by_its_caller_who_comes_again() {
    for case in &CASES {
        let mut phases = Vec::new();
        for point in 0.. {
            let world = World::new().await;
            let answered = check_out(&world, case, point).await;
            phases.push(stands(&world, case).await);

            let again = check_out(&world, case, NEVER).await.unwrap();
            ended(&world, case, &again).await;
            assert_eq!(check_out(&world, case, NEVER).await.unwrap(), again);
            assert!(world.stream(NEVER, true).await);
            world.all_is_published().await;
            if let Some(answered) = answered {
                assert_eq!(answered, again);
                break;
            }
        }
        let points = phases.len();
        phases.dedup();
        let reserved = case.reserves().then_some(Some("reserved"));
        let way: Vec<_> = [None, Some("pending")]
            .into_iter()
            .chain(reserved)
            .chain([Some(case.phase)])
            .map(|phase| phase.map(str::to_owned))
            .collect();
        assert_eq!(phases, way, "it dies in every phase");
        println!("{case:?}: {points} points");
    }
}

#[tokio::test]
async fn a_checkout_whose_caller_never_comes_again_is_ended_by_the_sweeper_also_where_that_dies() {
    let mut worlds = 0;
    for case in &CASES {
        for point in 0.. {
            let mut lived = false;
            for sweeper in (0..).step_by(5) {
                let world = World::new().await;
                let answered = check_out(&world, case, point).await;
                lived = answered.is_some();
                let before = stands(&world, case).await;
                let swept = sweep(&world, sweeper).await;
                stands(&world, case).await;
                let next = sweep(&world, NEVER).await.unwrap();
                let after = stands(&world, case).await;
                let expected = match before.as_deref() {
                    None | Some("pending") => None,
                    _ => Some(case.phase),
                };
                assert_eq!(after.as_deref(), expected);
                assert_eq!(next.waiting, 0);
                assert_eq!(sweep(&world, NEVER).await, Some(Swept::default()));
                // Whoever comes late all the same is told what became of it, or has an order of the same key now.
                let late = check_out(&world, case, NEVER).await.unwrap();
                ended(&world, case, &late).await;
                worlds += 1;
                if swept.is_some() {
                    break;
                }
            }
            if lived {
                break;
            }
        }
    }
    println!("{worlds} worlds");
}

#[tokio::test]
async fn a_caller_and_the_sweeper_who_go_on_at_once_come_to_one_end() {
    for case in &CASES {
        for point in 0.. {
            let world = World::new().await;
            let first = check_out(&world, case, point).await;
            let (again, swept) = tokio::join!(check_out(&world, case, NEVER), sweep_at_once(&world));
            let again = again.unwrap();
            assert_eq!(swept.waiting, 0, "{swept:?}");
            stands(&world, case).await;
            // The sweeper may have given up what was pending under the caller's hands: nothing was held, and the key is free.
            let end = match again.status {
                503 => check_out(&world, case, NEVER).await.unwrap(),
                _ => again,
            };
            ended(&world, case, &end).await;
            if first.is_some() {
                break;
            }
        }
    }
}

/// Sweeps without waiting for anything to be older than it is.
async fn sweep_at_once(world: &World) -> Swept {
    let checkouts = world.checkouts();
    checkouts.sweep(Duration::ZERO, Timestamp::MAX).await.unwrap()
}
