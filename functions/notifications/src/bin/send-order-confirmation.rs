//! The Lambda function `send-order-confirmation`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(notifications::send_order_confirmation::function())
}
