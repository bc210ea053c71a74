//! The Lambda function `get-order-summary`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(orders::get_order_summary::function())
}
