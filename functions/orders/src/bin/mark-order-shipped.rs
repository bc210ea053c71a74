//! The Lambda function `mark-order-shipped`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(orders::mark_order_shipped::function())
}
