# Made-up moves of 240 children of 120 families, and what R says about them. Run: Rscript moves.R (R 4.2.2, MASS 7.3-58.2,
# pscl 1.5.5, sandwich 3.0-2, glmmTMB 1.1.5, clubSandwich; AER's and van den Broek's tests by their formulae). Writes moves.csv and moves.json beside it.
set.seed(20260611)
n <- 240
family <- rep(1:120, each = 2)
arm <- factor(ifelse(family %% 2 == 0, "NIM", "SAU"), levels = c("SAU", "NIM"))
site <- factor(sample(c("E1", "E2", "E3"), n, TRUE))
sex <- factor(sample(c("f", "m"), n, TRUE))
age <- round(runif(n, 0, 5), 2)
years <- round(runif(n, 0.4, 3), 2)
u <- rep(rgamma(120, 3, 3), each = 2)
mu <- years * u * exp(0.4 - 0.35 * (arm == "NIM") + 0.25 * (site == "E2") - 0.08 * age + 0.15 * (sex == "m"))
moves <- rpois(n, mu)
settled <- rbinom(n, 1, plogis(-1.2 + 0.7 * (arm == "NIM")))
disrupted <- ifelse(settled == 1, 0, rnbinom(n, size = 2, mu = 1.3 * mu))
w <- round(runif(n, 0.5, 2), 1)
d <- data.frame(child = 1:n, family, arm, site, sex, age, years, w, moves, disrupted)
write.csv(d, "moves.csv", row.names = FALSE, quote = FALSE)
library(MASS); library(pscl); library(sandwich); library(jsonlite); library(clubSandwich)
tight <- glm.control(epsilon = 1e-15, maxit = 200)
out <- list()
named <- function(m) list(coef = unname(coef(m)), names = names(coef(m)), se = unname(sqrt(diag(vcov(m)))), loglik = as.numeric(logLik(m)))
robust <- function(m, ...) unname(sqrt(diag(vcovCL(m, cluster = d$family, ...))))
f <- moves ~ arm + site + age + offset(log(years))
p <- glm(f, poisson, d, control = tight)
cs <- function(m, type) unname(sqrt(diag(clubSandwich::vcovCR(m, cluster = d$family, type = type))))
df <- clubSandwich::coef_test(p, clubSandwich::vcovCR(p, cluster = d$family, type = "CR2"), test = "Satterthwaite")
out$poisson <- c(named(p), list(deviance = deviance(p), pearson = sum(residuals(p, "pearson")^2), aic = AIC(p), bic = BIC(p),
  cr0 = robust(p, type = "HC0", cadjust = FALSE), cr1 = robust(p, type = "HC0", cadjust = TRUE),
  cr2 = cs(p, "CR2"), cr3 = cs(p, "CR3"), df_cr2 = df$df_Satt,
  hc0 = unname(sqrt(diag(vcovHC(p, type = "HC0")))), residuals_pearson = unname(residuals(p, "pearson")[1:5]),
  residuals_deviance = unname(residuals(p, "deviance")[1:5])))
pw <- glm(f, poisson, d, weights = w, control = tight)
out$poisson_weighted <- c(list(coef = unname(coef(pw)), se = unname(sqrt(diag(vcov(pw))))))
# Means by g-computation, delta method, and their ratio.
g <- function(m, V, sub = rep(TRUE, n)) {
  one <- function(a) { new <- d[sub, ]; new$arm <- factor(a, levels = levels(arm)); new$years <- 1
    X <- model.matrix(delete.response(terms(m)), new); r <- exp(X %*% coef(m)); list(r = mean(r), g = colMeans(as.vector(r) * X)) }
  a <- one("NIM"); b <- one("SAU"); se <- function(v) sqrt(drop(t(v) %*% V %*% v))
  list(nim = a$r, sau = b$r, nim_se = se(a$g), difference = a$r - b$r, difference_se = se(a$g - b$g),
       lnratio = log(a$r / b$r), lnratio_se = se(a$g / a$r - b$g / b$r)) }
out$gcomp <- g(p, vcov(p)); out$gcomp_cr1 <- g(p, vcovCL(p, cluster = d$family, type = "HC0"))
fi <- moves ~ arm * sex + age + offset(log(years)); pI <- glm(fi, poisson, d, control = tight)
out$gcomp_girls <- g(pI, vcov(pI), d$sex == "f"); out$gcomp_boys <- g(pI, vcov(pI), d$sex == "m")
# Negative binomials; glm.nb alternates, so both are polished by Newton's method on all parameters.
polish <- function(ll, start) { o <- optim(start, function(t) -ll(t), method = "BFGS", control = list(reltol = 1e-15, maxit = 5000), hessian = FALSE)
  t <- o$par; for (i in 1:8) { G <- numDeriv::grad(ll, t); H <- numDeriv::hessian(ll, t); t <- t - drop(solve(H, G)) }
  list(t = t, H = numDeriv::hessian(ll, t), ll = ll(t)) }
X <- model.matrix(f, d); off <- log(years)
nb2 <- function(y) function(t) { m <- exp(drop(X %*% t[1:5]) + off); sum(dnbinom(y, size = 1 / exp(t[6]), mu = m, log = TRUE)) }
nb1 <- function(y) function(t) { m <- exp(drop(X %*% t[1:5]) + off); sum(dnbinom(y, size = m / exp(t[6]), mu = m, log = TRUE)) }
q <- glm.nb(f, d, control = glm.control(epsilon = 1e-15, maxit = 500))
k <- polish(nb2(moves), c(coef(q), log(1 / q$theta)))
pr <- function(ll, t0, target) function(la) { o <- optim(t0[1:5], function(b) -ll(c(b, la)), method = "BFGS", control = list(reltol = 1e-15, maxit = 5000)); -o$value - target }
pl <- pr(nb2(moves), k$t, k$ll - qchisq(.95, 1) / 2)
out$nb2 <- list(coef = unname(k$t[1:5]), alpha = unname(exp(k$t[6])), loglik = k$ll, se_observed = unname(sqrt(diag(solve(-k$H)))[1:5]),
  se_glm_nb = unname(summary(q)$coefficients[, 2]), theta_glm_nb = q$theta, cr0 = robust(q, type = "HC0", cadjust = FALSE),
  poisson_loglik = as.numeric(logLik(p)), low = exp(uniroot(pl, c(k$t[6] - 6, k$t[6]), tol = 1e-10)$root), high = exp(uniroot(pl, c(k$t[6], k$t[6] + 4), tol = 1e-10)$root))
k1 <- polish(nb1(moves), c(coef(q), log(.5)))
out$nb1 <- list(coef = unname(k1$t[1:5]), alpha = unname(exp(k1$t[6])), loglik = k1$ll, se_observed = unname(sqrt(diag(solve(-k1$H)))[1:5]))
fz <- disrupted ~ arm + age + offset(log(years)) | arm
zc <- zeroinfl.control(reltol = 1e-15, maxit = 20000)
Xz <- model.matrix(~ arm + age, d); Z <- model.matrix(~ arm, d)
zi <- function(dens) function(t) { m <- exp(drop(Xz %*% t[1:3]) + off); pi <- plogis(drop(Z %*% t[4:5])); y <- d$disrupted
  sum(ifelse(y == 0, log(pi + (1 - pi) * dens(0, m, t)), log(1 - pi) + log(dens(y, m, t)))) }
zp <- zeroinfl(fz, d, dist = "poisson", control = zc)
a <- polish(zi(function(y, m, t) dpois(y, m)), unname(c(zp$coefficients$count, zp$coefficients$zero)))
out$zip <- list(coef = a$t, loglik = a$ll, se = sqrt(diag(solve(-a$H))), pscl_loglik = as.numeric(logLik(zp)),
  cr0 = unname(sqrt(diag(vcovCL(zp, cluster = d$family, type = "HC0", cadjust = FALSE)))))
# Numerical second derivatives are too coarse where spread and excess zeros explain each other: TMB's are exact.
tm <- glmmTMB::glmmTMB(disrupted ~ arm + age + offset(log(years)), ziformula = ~ arm, family = glmmTMB::nbinom2, data = d)
o <- tm$obj; t <- tm$fit$par
for (i in 1:8) t <- t - drop(solve(o$he(t), drop(o$gr(t))))
V <- solve(o$he(t))
# glmmTMB 1.1.5 has ln(1/alpha) as its last parameter.
out$zinb <- list(coef = unname(t[1:5]), alpha = unname(exp(-t[6])), loglik = -as.numeric(o$fn(t)), se = unname(sqrt(diag(V)))[1:5],
  gradient = max(abs(o$gr(t))))
# Overdispersion, as AER::dispersiontest computes it; van den Broek's score by its formula.
m <- fitted(p); aux <- ((moves - m)^2 - moves) / m
out$tests <- list(ct2 = unname(summary(lm(aux ~ 0 + m))$coefficients[1, 3]), ct1 = unname(summary(lm(aux ~ 1))$coefficients[1, 3]),
  dean = sum((moves - m)^2 - moves + hatvalues(p) * m) / sqrt(2 * sum(m^2)), dean1 = sum(((moves - m)^2 - moves + hatvalues(p) * m) / m) / sqrt(2 * n))
p0 <- exp(-m); out$tests$broek <- sum(((moves == 0) - p0) / p0)^2 / (sum((1 - p0) / p0) - drop(t(X) %*% m) %*% solve(t(X) %*% (m * X), drop(t(X) %*% m)))[1]
# Sampled covariates: influence functions summed over families.
IF <- local({ V <- vcov(p); S <- X * (moves - m); B <- S %*% V
  one <- function(a) { new <- d; new$arm <- factor(a, levels = levels(arm)); new$years <- 1; XX <- model.matrix(delete.response(terms(p)), new); r <- drop(exp(XX %*% coef(p)))
    (r - mean(r)) / n + drop(B %*% colMeans(r * XX)) }
  dif <- one("NIM") - one("SAU"); sums <- tapply(dif, d$family, sum); sqrt(sum(sums^2)) })
out$gcomp_sampled_cr0 <- IF
write(toJSON(out, digits = I(17), auto_unbox = TRUE, pretty = TRUE), "moves.json")
