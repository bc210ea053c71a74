//! Orders that are too large for a message, and for an item of a table: their histories are read for good.

use orders::{CancelOrder, HandlePlaceOrder};
use serde_json::json;
use storefront_contracts::{OrderLine, PlaceOrder};
use tidings_testkit::{Answered, Bench, Ended, given_command, post};

/// As many lines as an order may have, of as many articles, with names of 200 letters of so many bytes.
fn large(letter: char) -> PlaceOrder {
    let line = |number: u32| OrderLine {
        sku: format!("{:060}", number % 90),
        name: letter.to_string().repeat(200),
        quantity: 1,
        unit_price: 100,
    };
    PlaceOrder {
        order_id: "o-1".into(),
        email: "ada@example.com".into(),
        currency: "EUR".into(),
        items: (0..500).map(line).collect(),
    }
}

async fn cancel(bench: &Bench) -> Answered {
    let events = bench.events().await;
    let request = post(&json!({ "reason": "too much" })).at("/orders/o-1/cancellation");
    request.caller("u-1").to(&CancelOrder { events }).await
}

#[tokio::test]
async fn an_order_that_is_too_large_for_a_message_or_an_item_can_be_called_off_years_later() {
    for (letter, least) in [('ж', 256 * 1024), ('𐍈', 400 * 1024)] {
        let bench = Bench::open().await;
        bench.events().await;
        let worker = bench.worker(HandlePlaceOrder).await;
        let command = given_command(&large(letter)).actor("u-1");
        assert_eq!(worker.deliver([command]).await, [Ended::Done]);
        // What the claim check keeps is gone after 74 days.
        bench.claims().expire();
        let [placed] = bench.stated().await.try_into().expect("one event");
        assert!(placed.data().len() > least && placed.dataref.is_none());
        let answered = cancel(&bench).await;
        assert_eq!(answered.status, 200, "{answered:?}");
        assert_eq!(bench.stated().await.len(), 2);
    }
}
