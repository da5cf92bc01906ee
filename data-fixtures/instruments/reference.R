# Makes items.csv and raters.csv and prints the reference values of tests/instruments.rs and of the core's psychometrics tests.
# Run in this folder: Rscript reference.R
suppressMessages({library(psych); library(lavaan); library(vcd)})
RNGversion("4.2.0"); set.seed(20261122)
n <- 60
f <- rnorm(n)
cut3 <- function(x) as.integer(cut(x, c(-Inf, -0.4, 0.8, Inf))) - 1L
load <- c(0.8, 0.7, 0.6, 0.75, 0.5)
items <- as.data.frame(sapply(load, function(l) cut3(l * f + sqrt(1 - l^2) * rnorm(n))))
names(items) <- paste0("i", 1:5)
write.csv(items, "items.csv", row.names = FALSE, quote = FALSE)
truth <- rnorm(30, 60, 12)
rate <- function(shift) round(truth + shift + rnorm(30, 0, 6))
raters <- data.frame(r1 = rate(0), r2 = rate(4), r3 = rate(-3))
write.csv(raters, "raters.csv", row.names = FALSE, quote = FALSE)
options(digits = 17)
cat(R.version.string, "psych", as.character(packageVersion("psych")), "lavaan", as.character(packageVersion("lavaan")),
    "vcd", as.character(packageVersion("vcd")), "\n")
a <- psych::alpha(items, warnings = FALSE)$total$raw_alpha
print(c(alpha = a)); print(unlist(psych::alpha.ci(a, n, n.var = 5, p.val = .05)))
fit <- cfa("f =~ i1 + i2 + i3 + i4 + i5", items, std.lv = TRUE, estimator = "ML", control = list(rel.tol = 1e-13))
e <- parameterEstimates(fit); l <- e$est[e$op == "=~"]; u <- e$est[e$op == "~~" & e$lhs != "f"]
print(l); print(u); print(c(omega = sum(l)^2 / (sum(l)^2 + sum(u))))
print(as.data.frame(psych::ICC(raters, lmer = FALSE)$results)[, c("ICC", "lower bound", "upper bound")])
cat5 <- function(x) cut(x, c(-Inf, 50, 60, 70, Inf), labels = FALSE)
tab <- table(factor(cat5(raters$r1), 1:4), factor(cat5(raters$r2), 1:4)); print(tab)
w <- function(p) outer(1:4, 1:4, function(i, j) 1 - (abs(i - j) / 3)^p)
for (p in 1:2) { k <- psych::cohen.kappa(tab, w = w(p)); print(c(k$kappa, sqrt(k$var.kappa), k$weighted.kappa, sqrt(k$var.weighted))) }
for (p in c("Equal-Spacing", "Fleiss-Cohen")) print(unlist(vcd::Kappa(tab, weights = p)))
# Which weighted standard error is the delta method's: the derivative of kappa by the cells, numerically.
kappa <- function(p, w) { p <- p / sum(p); e <- outer(rowSums(p), colSums(p)); (sum(w * p) - sum(w * e)) / (1 - sum(w * e)) }
for (power in 0:2) {
  ww <- if (power == 0) diag(4) else w(power)
  p <- unclass(tab) / sum(tab); h <- 1e-6
  g <- sapply(1:16, function(i) { up <- p; up[i] <- up[i] + h; down <- p; down[i] <- down[i] - h; (kappa(up, ww) - kappa(down, ww)) / (2 * h) })
  v <- (sum(p * g^2) - sum(p * g)^2) / sum(tab)
  print(c(power = power, kappa = kappa(p, ww), se = sqrt(v)))
}
