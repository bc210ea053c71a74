//! A received message as Lambda's event source mapping hands it over.

use aws_lambda_events::{
    encodings::Base64Data,
    sqs::{SqsMessage, SqsMessageAttribute},
};
use aws_sdk_sqs::types::{Message, MessageAttributeValue};

/// A message of the queue with this ARN, as a function gets it (AWS: Lambda with SQS, example event). The ARN ends in
/// `.fifo` where the runtime has to keep the order of a group.
pub(super) fn received(message: Message, queue_arn: &str) -> SqsMessage {
    let mut received = SqsMessage::default();
    received.message_id = message.message_id;
    received.receipt_handle = message.receipt_handle;
    received.body = message.body;
    received.md5_of_body = message.md5_of_body;
    received.md5_of_message_attributes = message.md5_of_message_attributes;
    let system = message.attributes.unwrap_or_default().into_iter();
    received.attributes = system
        .map(|(name, value)| (name.as_str().to_owned(), value))
        .collect();
    let own = message.message_attributes.unwrap_or_default().into_iter();
    received.message_attributes = own.map(|(name, value)| (name, attribute(value))).collect();
    received.event_source = Some("aws:sqs".to_owned());
    received.aws_region = queue_arn.split(':').nth(3).map(ToOwned::to_owned);
    received.event_source_arn = Some(queue_arn.to_owned());
    received
}

fn attribute(value: MessageAttributeValue) -> SqsMessageAttribute {
    let mut attribute = SqsMessageAttribute::default();
    attribute.string_value = value.string_value;
    attribute.binary_value = value.binary_value.map(|blob| {
        let mut data = Base64Data::default();
        data.0 = blob.into_inner();
        data
    });
    attribute.data_type = Some(value.data_type);
    attribute
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::types::MessageSystemAttributeName;

    use super::*;

    #[test]
    fn a_function_and_a_worker_are_told_the_same_of_a_message() {
        let value = MessageAttributeValue::builder()
            .data_type("String")
            .string_value("order.placed");
        let message = Message::builder()
            .message_id("m-1")
            .receipt_handle("r-1")
            .body("{}")
            .attributes(MessageSystemAttributeName::ApproximateReceiveCount, "3")
            .attributes(MessageSystemAttributeName::MessageGroupId, "ord-1")
            .attributes(MessageSystemAttributeName::AwsTraceHeader, "Root=1-2-3")
            .message_attributes("type", value.build().unwrap())
            .build();
        let received = received(message, "arn:aws:sqs:eu-west-1:000000000000:commands.fifo");
        let expected = serde_json::json!({
            "messageId": "m-1",
            "receiptHandle": "r-1",
            "body": "{}",
            "attributes": { "ApproximateReceiveCount": "3", "MessageGroupId": "ord-1", "AWSTraceHeader": "Root=1-2-3" },
            "messageAttributes": { "type": {
                "stringValue": "order.placed", "binaryValue": null, "stringListValues": [], "binaryListValues": [],
                "dataType": "String",
            }},
            "md5OfBody": null,
            "md5OfMessageAttributes": null,
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:commands.fifo",
            "awsRegion": "eu-west-1",
        });
        assert_eq!(serde_json::to_value(received).unwrap(), expected);
    }
}
