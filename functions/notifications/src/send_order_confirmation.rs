//! `send-order-confirmation`: a mail to who ordered.
//!
//! Leased: sending is an effect outside, and mail providers take no idempotency key, so a crash between
//! sending and recording can send it twice. Who has been erased gets no mail, and the event is done.

use std::{fmt::Write as _, sync::Arc};

use storefront_contracts::OrderPlaced;
use storefront_mail::mailer;
use storefront_providers::{Mail, Mailer};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Consumer, Context, Effects, Failure, Leased, Repeat, Unread,
    catalogue::{Access, Resource},
    consumer::guarantee,
};
use tracing::info;

use crate::addressed::addressed;

/// The consumer.
pub struct SendOrderConfirmation {
    /// Sends the mail.
    pub mailer: Arc<dyn Mailer>,
}

impl Consumer for SendOrderConfirmation {
    const NAME: &'static str = "send-order-confirmation";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Mail, Resource::Personal(Access::Read)];
    type Event = OrderPlaced;
    type Guarantee = guarantee::Leased;
}

/// The Lambda function `send-order-confirmation`.
#[must_use]
pub fn function() -> ConsumerFunction<SendOrderConfirmation> {
    ConsumerFunction::new(async |setting| {
        Ok(SendOrderConfirmation {
            mailer: mailer(setting)?,
        })
    })
}

impl Leased for SendOrderConfirmation {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, order: OrderPlaced, _context: &Context) -> Result<Effects, Failure> {
        let to = match order.email.read() {
            Ok(to) => to,
            Err(Unread::Erased) => {
                info!(
                    order_id = order.order_id,
                    "no confirmation: who ordered has been erased"
                );
                return Ok(Effects::none().unasked());
            }
            Err(sealed @ Unread::Sealed) => {
                return Err(Failure::permanent(sealed.to_string()).of_class("Sealed"));
            }
        };
        self.mailer.send(&addressed(confirmation(to, &order)?)?).await?;
        Ok(Effects::none())
    }
}

fn confirmation(to: &str, order: &OrderPlaced) -> Result<Mail, Failure> {
    let mut text = String::from("Thank you for your order.\n\n");
    for item in &order.items {
        writeln!(text, "{} x {} at {}", item.quantity, item.name, item.unit_price)?;
    }
    writeln!(text, "\nTotal: {}", order.total)?;
    Ok(Mail {
        to: to.to_owned(),
        subject: format!("Your order {}", order.order_id),
        text,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use storefront_contracts::{Currency, Item, Money};
    use tidings_testkit::{Bench, Ended, given, time::MOMENT};

    use super::*;

    /// Keeps mails, or refuses them.
    #[derive(Default)]
    struct Outbox {
        mails: Mutex<Vec<Mail>>,
        refuses: Option<Failure>,
    }

    #[async_trait::async_trait]
    impl Mailer for Outbox {
        async fn send(&self, mail: &Mail) -> Result<(), Failure> {
            self.mails.lock().unwrap().push(mail.clone());
            self.refuses.clone().map_or(Ok(()), Err)
        }
    }

    fn order() -> OrderPlaced {
        let eur = |amount| Money {
            amount,
            currency: Currency::EUR,
        };
        let item = Item {
            sku: "mug".into(),
            name: "Mug".into(),
            quantity: 2,
            unit_price: eur(1299),
        };
        OrderPlaced {
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total: eur(2598),
            items: vec![item],
        }
    }

    #[tokio::test]
    async fn the_mail_names_the_items_and_the_total() {
        let mailer: Arc<Outbox> = Arc::default();
        let send = SendOrderConfirmation {
            mailer: mailer.clone(),
        };
        given(&order()).by(&send).await.does_nothing_else();
        let mails = mailer.mails.lock().unwrap();
        let [mail] = mails.as_slice() else {
            panic!("one mail")
        };
        assert_eq!(
            (mail.to.as_str(), mail.subject.as_str()),
            ("ada@example.com", "Your order o-1")
        );
        assert!(mail.text.contains("2 x Mug at 12.99 EUR") && mail.text.contains("Total: 25.98 EUR"));
    }

    #[tokio::test]
    async fn a_domain_of_another_script_is_sent_to_unchanged_known_on_the_net() {
        let mailer: Arc<Outbox> = Arc::default();
        let send = SendOrderConfirmation {
            mailer: mailer.clone(),
        };
        let to = |email: &str| OrderPlaced {
            email: email.into(),
            ..order()
        };
        given(&to("kunde@bücher.example"))
            .by(&send)
            .await
            .does_nothing_else();
        assert_eq!(mailer.mails.lock().unwrap()[0].to, "kunde@xn--bcher-kva.example");
        let none = given(&to("jörg@example.com")).by(&send).await;
        none.fails_for_good("the address is none that mail can be sent to");
        assert_eq!(mailer.mails.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_sealed_address_is_opened_and_who_has_been_erased_gets_no_mail() {
        let bench = Bench::open().await;
        let mailer: Arc<Outbox> = Arc::default();
        let send = || SendOrderConfirmation {
            mailer: mailer.clone(),
        };
        let placed = bench.sealed(&order()).await;
        assert!(!placed.envelope().to_json().contains("ada@example.com"));
        assert_eq!(bench.worker(send()).await.deliver([&placed]).await, [Ended::Done]);
        assert_eq!(mailer.mails.lock().unwrap()[0].to, "ada@example.com");

        bench.person_keys().forget("u-1", MOMENT).await.unwrap();
        let again = placed.id("another event");
        assert_eq!(bench.worker(send()).await.deliver([again]).await, [Ended::Done]);
        assert_eq!(mailer.mails.lock().unwrap().len(), 1, "no other mail");
    }

    #[tokio::test]
    async fn who_has_been_erased_says_nothing_of_the_mailer_which_is_still_down() {
        let bench = Bench::open().await;
        let mailer = Arc::new(Outbox {
            refuses: Some(Failure::transient("503")),
            ..Outbox::default()
        });
        let (outbox, erased) = (mailer.clone(), bench.sealed(&order()).await);
        bench.person_keys().forget("u-1", MOMENT).await.unwrap();
        let send = bench.worker(SendOrderConfirmation { mailer }).await;
        for id in ["1", "2", "3", "4", "5"] {
            let placed = given(&order()).id(id);
            assert_eq!(send.deliver([placed]).await, [Ended::back(1, "503")]);
        }
        bench.pass(std::time::Duration::from_secs(30));
        assert_eq!(send.deliver([erased]).await, [Ended::Done]);
        let ended = send
            .deliver([given(&order()).id("6"), given(&order()).id("7")])
            .await;
        assert_eq!(ended[0], Ended::back(1, "503"));
        assert_eq!(ended[1].reason(), "paused", "one is enough to find out");
        assert_eq!(outbox.mails.lock().unwrap().len(), 6);
    }

    #[tokio::test]
    async fn an_address_that_nobody_has_opened_is_a_mistake_and_no_reason_to_send_nothing() {
        let bench = Bench::open().await;
        let send = SendOrderConfirmation {
            mailer: Arc::<Outbox>::default(),
        };
        let failed = bench.sealed(&order()).await.by(&send).await;
        assert_eq!(failed.failure().map(Failure::class), Some("Sealed"));
    }

    #[tokio::test]
    async fn what_the_mailer_says_of_a_failure_is_what_becomes_of_the_event() {
        let refuses = Some(Failure::permanent("no such address"));
        let mailer = Arc::new(Outbox {
            refuses,
            ..Outbox::default()
        });
        let send = SendOrderConfirmation { mailer };
        given(&order()).by(&send).await.fails_for_good("no such address");
    }
}
