//! `send-order-confirmation`: a mail to who ordered.
//!
//! Leased: sending is an effect outside, and mail providers take no idempotency key, so a crash between
//! sending and recording can send it twice.

use std::{fmt::Write as _, sync::Arc};

use storefront_contracts::OrderPlaced;
use storefront_providers::{Mail, Mailer};
use tidings_core::{
    Consumer, Context, Effects, Failure, Leased, Repeat, catalogue::Resource, consumer::guarantee,
};

/// The consumer.
pub struct SendOrderConfirmation {
    /// Sends the mail.
    pub mailer: Arc<dyn Mailer>,
}

impl Consumer for SendOrderConfirmation {
    const NAME: &'static str = "send-order-confirmation";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Mail];
    type Event = OrderPlaced;
    type Guarantee = guarantee::Leased;
}

impl Leased for SendOrderConfirmation {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, order: OrderPlaced, _context: &Context) -> Result<Effects, Failure> {
        self.mailer.send(&confirmation(&order)?).await?;
        Ok(Effects::none())
    }
}

fn confirmation(order: &OrderPlaced) -> Result<Mail, Failure> {
    let mut text = String::from("Thank you for your order.\n\n");
    for item in &order.items {
        writeln!(text, "{} x {} at {}", item.quantity, item.name, item.unit_price)?;
    }
    writeln!(text, "\nTotal: {}", order.total)?;
    Ok(Mail {
        to: order.email.clone(),
        subject: format!("Your order {}", order.order_id),
        text,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use storefront_contracts::{Currency, Item, Money};
    use tidings_testkit::given;

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
