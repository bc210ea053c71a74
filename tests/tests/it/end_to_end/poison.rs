//! What a consumer cannot handle ends in its own dead-letter queue, and nowhere else.

use anyhow::{Context as _, ensure};
use storefront_contracts::Currency;
use tidings_core::{Consumer as _, Envelope};
use tidings_tests::{Stack, dead_letters::Letter, eventually, orders::order_placed, stack::CONSUMERS};

const MAIL: &str = notifications::SendOrderConfirmation::NAME;

#[tokio::test]
async fn a_poison_message_ends_in_the_dead_letter_queue_of_the_consumer_that_refuses_it() -> anyhow::Result<()>
{
    let stack = Stack::open("poison").await?;
    let healthy = (0..20)
        .map(|number| order_placed(number, Currency::NOK))
        .collect::<anyhow::Result<Vec<_>>>()?;
    stack.publish(&healthy).await?;

    a_shape_that_nobody_can_read_is_set_aside_by_each_consumer(&stack).await?;
    a_body_that_is_no_event_is_set_aside_by_the_consumer_that_got_it(&stack).await?;
    an_address_that_is_none_is_set_aside_by_the_mailing_consumer_alone(&stack).await?;

    stack.completed(&healthy).await?;
    stack.drained().await
}

async fn a_shape_that_nobody_can_read_is_set_aside_by_each_consumer(stack: &Stack) -> anyhow::Result<()> {
    let event = order_placed(1, Currency::NOK)?;
    let text = event.to_json().replace(r#""orderId":""#, r#""orderNumber":""#);
    let poison = Envelope::parse(&text)?;
    stack.publish(std::slice::from_ref(&poison)).await?;
    for consumer in CONSUMERS {
        let letter = stack.dead_letter(consumer, &poison.to_json()).await?;
        let reason = "the data of order.placed version 2 has a wrong shape: missing field `orderId`";
        is_explained(&letter, consumer, &poison, reason)?;
        is_recorded(stack, &poison, consumer, "failed", reason).await?;
    }
    Ok(())
}

async fn a_body_that_is_no_event_is_set_aside_by_the_consumer_that_got_it(
    stack: &Stack,
) -> anyhow::Result<()> {
    let body = format!("no event at all {}", uuid::Uuid::new_v4());
    let queue = stack.queue_url(MAIL).await?;
    stack
        .sqs
        .send_message()
        .queue_url(queue)
        .message_body(&body)
        .send()
        .await?;
    let letter = stack.dead_letter(MAIL, &body).await?;
    assert_eq!(
        (letter.attribute("consumer"), letter.attribute("attempts")),
        (MAIL, "1")
    );
    assert!(
        letter
            .attribute("reason")
            .starts_with("the body is no JSON object"),
        "{letter:?}"
    );
    assert_eq!(
        (letter.attribute("event"), letter.attribute("correlationid")),
        ("", "")
    );
    Ok(())
}

/// No mail can be sent to the recipient; billing and analytics do not know of it.
async fn an_address_that_is_none_is_set_aside_by_the_mailing_consumer_alone(
    stack: &Stack,
) -> anyhow::Result<()> {
    let others = CONSUMERS.map(|consumer| (consumer, format!("{consumer}-dlq")));
    let others = others.iter().filter(|(consumer, _)| *consumer != MAIL);
    let event = order_placed(2, Currency::NOK)?;
    let poison = Envelope::parse(&event.to_json().replace("@example.com", "@exam ple.com"))?;
    stack.publish(std::slice::from_ref(&poison)).await?;

    let letter = stack.dead_letter(MAIL, &poison.to_json()).await?;
    let reason = "the address is none that mail can be sent to";
    is_explained(&letter, MAIL, &poison, reason)?;
    is_recorded(stack, &poison, MAIL, "failed", reason).await?;
    for (consumer, dead_letters) in others {
        is_recorded(stack, &poison, consumer, "completed", "").await?;
        assert_eq!(
            stack.depth(dead_letters).await?,
            0,
            "{consumer} sets nothing aside"
        );
    }
    Ok(())
}

/// The dead letter says all that triage needs.
fn is_explained(letter: &Letter, consumer: &str, event: &Envelope, reason: &str) -> anyhow::Result<()> {
    assert!(letter.attribute("reason").starts_with(reason), "{letter:?}");
    assert_eq!(letter.attribute("consumer"), consumer);
    assert_eq!(letter.attribute("attempts"), "1", "it was not tried in vain");
    assert_eq!(letter.attribute("event"), event.key());
    assert_eq!(letter.attribute("correlationid"), event.correlation_id());
    let first_failed: jiff::Timestamp = letter.attribute("firstfailed").parse().context("firstfailed")?;
    assert!(first_failed >= event.time.context("time")?);
    Ok(())
}

async fn is_recorded(
    stack: &Stack,
    event: &Envelope,
    consumer: &str,
    status: &str,
    reason: &str,
) -> anyhow::Result<()> {
    eventually(
        &format!("{consumer} records that the event is {status}"),
        async || {
            let records = stack.records().await?;
            let record = records
                .get(&(event.key(), consumer.to_owned()))
                .context("no record")?;
            ensure!(record.record_status == status, "it is {}", record.record_status);
            ensure!(
                record
                    .last_error
                    .as_deref()
                    .unwrap_or_default()
                    .starts_with(reason),
                "{record:?}"
            );
            Ok(())
        },
    )
    .await
}
