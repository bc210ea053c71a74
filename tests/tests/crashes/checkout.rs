//! A checkout that dies.

use orders::{PlaceOrder, order::Order};
use serde_json::json;
use tidings_aws::event_store::AsOf;
use tidings_testkit::{Answered, post};

use super::{mortal::dies_at, world::World};

/// Checks out with a key; dies at this point, if it gets there.
async fn check_out(world: &World, point: u32) -> Option<Answered> {
    let checkout = PlaceOrder {
        events: world.events(),
        answers: world.answers(),
    };
    let order = json!({ "email": "ada@example.com", "currency": "EUR", "items": [
        { "sku": "tea", "name": "Tea", "quantity": 1, "unitPrice": 500 },
    ]});
    let request = post(&order).caller("u-1").header("idempotency-key", "k-1");
    dies_at(point, request.to(&checkout)).await
}

#[tokio::test]
async fn a_checkout_that_dies_at_any_point_has_written_the_order_with_its_event_or_nothing() {
    let (mut nothing, mut unanswered) = (0, 0);
    for point in 0.. {
        let world = World::new().await;
        let answered = check_out(&world, point).await;
        let (committed, pending) = world.committed().await;
        assert!(
            committed.len() <= 1 && pending == committed.len(),
            "{committed:?}"
        );
        for (id, versions) in &committed {
            assert_eq!(*versions, [1]);
            let order = world.events().load::<Order>(id, AsOf::Now).await.unwrap();
            assert_eq!(order.version, 1);
        }

        // Whoever was not answered asks again, and it is one order all the same.
        let again = check_out(&world, u32::MAX).await.unwrap();
        assert_eq!(again.status, 202, "{again:?}");
        let (now, _) = world.committed().await;
        assert_eq!(now.len(), 1);
        assert!(committed.is_empty() || committed == now, "{committed:?} {now:?}");
        assert!(world.stream(u32::MAX, true).await);
        world.all_is_published().await;

        match (answered, committed.len()) {
            (Some(answered), 1) => {
                assert_eq!(answered, again);
                println!("{point} points: nothing was written after {nothing}, an order after {unanswered}");
                break;
            }
            (Some(answered), _) => panic!("answered without an order: {answered:?}"),
            (None, 0) => nothing += 1,
            (None, _) => unanswered += 1,
        }
    }
    assert!(
        nothing > 0 && unanswered > 0,
        "it dies before and behind the commit"
    );
}
