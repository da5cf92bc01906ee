# The data of benches/frailty.rs at 10,000 rows and 500 clusters, by coxph and, where it is installed, coxme: CPU seconds of one fit.
library(survival)
state <- 20261122
uniform <- function(n) vapply(seq_len(n), function(i) {
  state <<- (state * 16807) %% 2147483647
  state / 2147483647
}, 0)
rows <- 10000; clusters <- 500
frailty_of <- exp(1.2 * (2 * uniform(clusters) - 1))
u <- matrix(uniform(3 * rows), 3)
family <- (seq_len(rows) - 1) %% clusters + 1
x <- 2 * u[1, ] - 1
arm <- (family - 1) %% 2
at <- -log(u[2, ]) / (frailty_of[family] * exp(0.5 * x - 0.4 * arm))
end <- 2 * u[3, ]
d <- data.frame(time = pmin(at, end), event = as.integer(at <= end), x, arm, family)
timed <- function(name, fit) cat(sprintf("%-12s %.3f s\n", name, sum(system.time(f <- fit())[1:2])))
timed("gamma", function() coxph(Surv(time, event) ~ x + arm + frailty(family), d))
timed("log-normal", function() coxph(Surv(time, event) ~ x + arm + frailty(family, dist = "gauss"), d))
if (requireNamespace("coxme", quietly = TRUE)) timed("coxme", function() coxme::coxme(Surv(time, event) ~ x + arm + (1 | family), d))
