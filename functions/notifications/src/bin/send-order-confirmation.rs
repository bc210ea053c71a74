//! The Lambda function `send-order-confirmation`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(notifications::send_order_confirmation::function())
}
