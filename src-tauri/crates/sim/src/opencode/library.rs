//! The work a lively opencode has, told so that a newcomer understands it.

use super::parts::{Deed, Prompt, Turn};

/// A session's title, what the operator asked for, and what comes of it.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub title: &'static str,
    pub prompt: &'static str,
    pub turns: Vec<Turn>,
}

pub(super) const PIECES: usize = 4;

pub(super) fn piece(which: usize) -> Piece {
    match which % PIECES {
        0 => discount(),
        1 => slow_orders(),
        2 => release(),
        _ => flaky_test(),
    }
}

fn discount() -> Piece {
    let turns = vec![
        Turn::say("First the plan, then the code.").doing(Deed::plan(&[
            ("Read how the total is made", "in_progress"),
            ("Take a discount code into account", "pending"),
            ("Test it", "pending"),
        ])),
        Turn::say("I read how the total is made.").doing(Deed::read("src/checkout.ts")),
        Turn::say("The code goes in before the tax.").doing(Deed::edit(
            "src/checkout.ts",
            "@@ -12,5 +12,8 @@\n export function total(cart: Cart): number {\n   const sum = cart.items.reduce((all, item) => all + item.price, 0);\n-  return sum * (1 + TAX);\n+  const off = cart.discount?.percent ?? 0;\n+  // A code never makes a cart cost less than nothing.\n+  const net = Math.max(0, sum * (1 - off / 100));\n+  return net * (1 + TAX);\n }\n",
        )),
        Turn::say("Now the tests.").doing(Deed::run("npm test", "Tests: 41 passed, 41 total\n")),
        Turn::say("One thing only you can decide.").doing(Deed::Ask(vec![Prompt::new(
            "Two codes",
            "A customer enters a second discount code. What shall happen?",
            &[
                ("The better one counts", "Never both; the customer pays the lower price"),
                ("They add up", "10 % and 5 % make 15 %"),
                ("The last one counts", "As it is in the old shop"),
            ],
        )])),
        Turn::say("Then I write that down, too.").doing(Deed::edit(
            "docs/discounts.md",
            "@@ -3,2 +3,4 @@\n # Discounts\n \n+A cart takes one code. What happens with a second one is decided in `src/checkout.ts`.\n+\n",
        )),
        Turn::say("Discount codes work at the checkout, with tests and a page that explains them."),
    ];
    Piece { title: "Discount codes at the checkout", prompt: "Let customers enter a discount code.", turns }
}

fn slow_orders() -> Piece {
    let measure = vec![
        Turn::say("I measure before I guess.").doing(Deed::run(
            "psql shop -c 'EXPLAIN ANALYZE SELECT * FROM orders WHERE customer = 7'",
            "Seq Scan on orders  (actual time=0.031..812.4 rows=212)\n",
        )),
        Turn::say("It reads the whole table of orders: there is no index on the customer."),
    ];
    let turns = vec![
        Turn::say("A subagent looks at the database; I look at the page.")
            .thinking("Slow for some customers only smells of a missing index.")
            .doing(Deed::delegate("Measure the query", "explore", measure)),
        Turn::say("The index is one migration.").doing(Deed::edit(
            "migrations/0042_orders_by_customer.sql",
            "@@ -0,0 +1,2 @@\n+-- The page of a customer with many orders took 800 ms.\n+CREATE INDEX orders_by_customer ON orders (customer, placed_at DESC);\n",
        )),
        Turn::say("I try it on the test database.")
            .doing(Deed::run("npm run migrate -- --env test", "Applied 0042_orders_by_customer in 1.2 s\n")),
        Turn::say("812 ms became 3 ms. The migration is ready for the next release."),
    ];
    Piece {
        title: "Why is the order page slow?",
        prompt: "Some customers wait a second for their orders. Why?",
        turns,
    }
}

fn release() -> Piece {
    let turns = vec![
        Turn::say("Before I begin:").doing(Deed::Ask(vec![
            Prompt::new(
                "Version",
                "Which version shall this be?",
                &[("2.4.0", "New features, nothing breaks"), ("3.0.0", "The old discount field goes away")],
            ),
            Prompt::new(
                "Notes",
                "What belongs in the release notes?",
                &[
                    ("Discount codes", "New at the checkout"),
                    ("Faster order page", "800 ms became 3 ms"),
                    ("Internal changes", "Mostly tests"),
                ],
            )
            .multiple(),
        ])),
        Turn::say("I see what is new since the last one.")
            .doing(Deed::run("git log --oneline v2.3..", "9f1c2d4 index\n77aa01e discount codes\n")),
        Turn::say("The notes first.").doing(Deed::edit(
            "CHANGELOG.md",
            "@@ -1,2 +1,6 @@\n # Changes\n \n+## 2.4.0\n+- Discount codes at the checkout\n+- The order page opens at once\n+\n",
        )),
        Turn::say("Tag and push.")
            .doing(Deed::run("git tag v2.4.0 && git push --tags", " * [new tag] v2.4.0 -> v2.4.0\n")),
        Turn::say("The release is tagged; the pipeline does the rest."),
    ];
    Piece { title: "Prepare the next release", prompt: "Get the next release ready.", turns }
}

fn flaky_test() -> Piece {
    let turns = vec![
        Turn::say("I run it until it fails.")
            .thinking("A test that fails once a day mostly looks at the clock.")
            .doing(Deed::run("npm test -- cart.expiry --repeat 50", "FAIL at 23:59:59.9\n")),
        Turn::say("It fails in the last moment of a day: the test takes today's date twice.").doing(Deed::edit(
            "test/cart.expiry.test.ts",
            "@@ -4,4 +4,5 @@\n test('a cart expires after a day', () => {\n-  const cart = open(new Date());\n-  expect(expires(cart)).toBe(tomorrow(new Date()));\n+  const now = new Date('2026-03-01T12:00:00Z');\n+  const cart = open(now);\n+  expect(expires(cart)).toBe(tomorrow(now));\n });\n",
        )),
        Turn::say("Fifty times more.")
            .doing(Deed::run("npm test -- cart.expiry --repeat 50", "50 passed\n")),
        Turn::say("It was the clock. The test now brings its own."),
    ];
    Piece { title: "A test that fails at midnight", prompt: "cart.expiry fails about once a day.", turns }
}

/// What comes of a message the operator sends from elsewhere.
pub(super) fn reply_to(words: &str) -> Vec<Turn> {
    let first = words.lines().next().unwrap_or_default();
    vec![
        Turn::say(&format!("You said \"{first}\". I look where that belongs."))
            .doing(Deed::read("README.md")),
        Turn::say("I keep to that from here on."),
    ]
}
