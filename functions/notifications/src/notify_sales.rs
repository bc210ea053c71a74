//! `notify-sales`: a line in the channel of those who sell, for each order and each sign-up.
//!
//! Leased: a channel takes no idempotency key, so a crash between writing and recording can write a line twice. It says ids, amounts and
//! plans, and nobody's name or address: what is in a channel cannot be erased.

use std::sync::Arc;

use storefront_contracts::{OrderPlaced, Plan, UserSignedUp};
use storefront_providers::{Chat, chat};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Consumer, Context, Effects, Failure, Leased, Repeat, catalogue::Resource, consumer::guarantee, events,
};

events! {
    /// What those who sell want to know at once.
    pub enum GoodNews { OrderPlaced, UserSignedUp }
}

/// The consumer.
pub struct NotifySales {
    /// The channel.
    pub chat: Arc<dyn Chat>,
}

impl Consumer for NotifySales {
    const NAME: &'static str = "notify-sales";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Secret("slack")];
    type Event = GoodNews;
    type Guarantee = guarantee::Leased;
}

/// The Lambda function `notify-sales`.
#[must_use]
pub fn function() -> ConsumerFunction<NotifySales> {
    ConsumerFunction::new(async |setting| {
        Ok(NotifySales {
            chat: chat(setting).await?,
        })
    })
}

impl Leased for NotifySales {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, news: GoodNews, _: &Context) -> Result<Effects, Failure> {
        self.chat.post(&line(&news)).await?;
        Ok(Effects::none())
    }
}

fn line(news: &GoodNews) -> String {
    match news {
        GoodNews::OrderPlaced(order) => {
            let articles: u64 = order.items.iter().map(|item| u64::from(item.quantity)).sum();
            format!(
                "Order {} of {}: {}, articles: {articles}",
                order.order_id, order.user_id, order.total
            )
        }
        GoodNews::UserSignedUp(user) => {
            let plan = match user.plan {
                Plan::Free => "free",
                Plan::Plus => "plus",
            };
            format!("New user {} on the {plan} plan", user.user_id)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use storefront_contracts::{Currency, Item, Money};
    use tidings_testkit::{Bench, Ended, given};

    use super::*;

    /// Keeps what is written, or refuses it.
    #[derive(Default)]
    struct Channel {
        lines: Mutex<Vec<String>>,
        refuses: Option<Failure>,
    }

    #[async_trait::async_trait]
    impl Chat for Channel {
        async fn post(&self, message: &str) -> Result<(), Failure> {
            self.lines.lock().unwrap().push(message.to_owned());
            self.refuses.clone().map_or(Ok(()), Err)
        }
    }

    fn order() -> OrderPlaced {
        let eur = |amount| Money {
            amount,
            currency: Currency::EUR,
        };
        let item = |quantity| Item {
            sku: "mug".into(),
            name: "Mug".into(),
            quantity,
            unit_price: eur(1299),
        };
        OrderPlaced {
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total: eur(3897),
            items: vec![item(2), item(1)],
        }
    }

    fn user() -> UserSignedUp {
        UserSignedUp {
            user_id: "u-1".into(),
            name: "Ada".into(),
            email: "ada@example.com".into(),
            plan: Plan::Plus,
        }
    }

    #[tokio::test]
    async fn a_line_says_what_happened_and_nothing_personal_also_where_the_event_is_in_the_clear() {
        let chat: Arc<Channel> = Arc::default();
        let notify = NotifySales { chat: chat.clone() };
        given(&order()).by(&notify).await.does_nothing_else();
        given(&user()).by(&notify).await.does_nothing_else();
        let lines = chat.lines.lock().unwrap().clone();
        assert_eq!(
            lines,
            [
                "Order o-1 of u-1: 38.97 EUR, articles: 3",
                "New user u-1 on the plus plan"
            ]
        );
    }

    #[tokio::test]
    async fn sealed_events_are_told_without_being_opened_and_a_duplicate_is_told_once() {
        let bench = Bench::open().await;
        let chat: Arc<Channel> = Arc::default();
        let worker = bench.worker(NotifySales { chat: chat.clone() }).await;
        let (placed, signed_up) = (bench.sealed(&order()).await, bench.sealed(&user()).await);
        assert_eq!(
            worker.deliver([&placed, &signed_up]).await,
            [Ended::Done, Ended::Done]
        );
        assert_eq!(worker.deliver([&placed]).await, [Ended::Duplicate]);
        assert_eq!(chat.lines.lock().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_channel_that_is_down_brings_the_event_back_and_one_that_is_gone_sets_it_aside() {
        let bench = Bench::open().await;
        let told = async |refuses: Failure| {
            let chat = Channel {
                refuses: Some(refuses),
                ..Channel::default()
            };
            let worker = bench.worker(NotifySales { chat: Arc::new(chat) }).await;
            worker.deliver([given(&order())]).await.remove(0)
        };
        assert!(matches!(
            told(Failure::transient("503")).await,
            Ended::Back { .. }
        ));
        let gone = told(Failure::permanent("channel_not_found")).await;
        assert_eq!(gone, Ended::set_aside("channel_not_found"));
    }
}
