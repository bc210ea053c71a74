//! The Lambda function `change-order-status`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(orders::change_order_status::function())
}
