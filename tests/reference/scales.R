# Reference values for tests/reference/test_scales.py, computed in R from small inputs made here.
#
#   cd tests/reference && Rscript scales.R
#
# writes inputs/scale_*.csv and scales_values.csv (name,value). Packages (Debian): r-cran-psych,
# r-cran-clubsandwich, r-cran-nleqslv.
suppressMessages({library(psych); library(clubSandwich); library(nleqslv)})
options(digits = 17)
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(20261122)
values <- data.frame(name = character(), value = numeric())
put <- function(name, value) values <<- rbind(values, data.frame(name = name, value = as.numeric(value)))

# Minimum residuals of one factor to full precision (psych::fa stops at about 1e-7): start at psych's
# loadings, solve the normal equations sum_j (r_ij - l_i l_j) l_j = 0, j not i.
minres <- function(r) {
  off <- r; diag(off) <- 0
  start <- as.numeric(suppressWarnings(fa(r, 1, fm = "minres")$loadings))
  g <- function(l) as.numeric(off %*% l) - l * (sum(l^2) - l^2)
  s <- nleqslv(start, g, method = "Newton", control = list(ftol = 1e-15, xtol = 1e-15))
  stopifnot(max(abs(g(s$x))) < 1e-12); l <- s$x * sign(sum(s$x))
  if (all(abs(l) <= sqrt(0.995))) return(l)
  # Heywood case (some swaps of three items): at least 0.5 % of every item is its own.
  o <- optim(pmin(abs(l), 0.9), function(l) { e <- off - tcrossprod(l); diag(e) <- 0; sum(e^2) }, function(l) -4 * g(l), method = "L-BFGS-B",
             lower = -sqrt(0.995), upper = sqrt(0.995), control = list(factr = 1, pgtol = 0, maxit = 10000))
  o$par * sign(sum(o$par))
}
loadings_cov <- function(v) sqrt(diag(v)) * minres(cov2cor(v))

# --- Inputs: items 0-100 in five steps, units in two waves ------------------------------------
step5 <- function(x) 25 * findInterval(x, c(-1.6, -0.8, 0, 0.9))
make <- function(units, size, l, shift = 0, drift = 0, missing = 0, alone = 0) {
  d <- do.call(rbind, lapply(0:1, function(t) {
    u <- rep(seq_len(units), size)
    if (alone > 0 && t == 1) u <- u[u > alone]
    f <- rnorm(units, 0, 0.25)[u] + rnorm(length(u)) + shift * t
    x <- sapply(seq_along(l), function(i) step5(l[i] * f + sqrt(1 - l[i]^2) * rnorm(length(u)) + drift * t * (i == 1)))
    colnames(x) <- paste0("i", seq_along(l)); data.frame(unit = sprintf("u%02d", u), after = t, x)
  }))
  items <- grep("^i", names(d))
  if (missing > 0) for (i in items) d[sample(nrow(d), missing), i] <- NA
  d
}
inputs <- list(
  four = make(7, c(9, 6, 12, 8, 10, 5, 14), c(0.5, 0.6, 0.7, 0.8), shift = 0.3, drift = 0.5),
  five = make(10, 8, c(0.7, 0.7, 0.6, 0.5, 0.8), missing = 9, alone = 2),
  three = make(6, 11, c(0.6, 0.8, 0.7), shift = -0.2)
)
for (n in names(inputs)) write.csv(inputs[[n]], paste0("inputs/scale_", n, ".csv"), row.names = FALSE, quote = FALSE, na = "")

for (n in names(inputs)) {
  d <- inputs[[n]]; items <- grep("^i", names(d), value = TRUE); k <- length(items); x <- d[, items]
  # --- How the items hang together -------------------------------------------------------------
  for (m in if (n == "five") c("listwise", "pairwise") else "listwise") {
    y <- if (m == "listwise") na.omit(x) else x
    a <- psych::alpha(y, warnings = FALSE, check.keys = FALSE); s <- paste0(n, ".", m, ".")
    put(paste0(s, "alpha"), a$total$raw_alpha); put(paste0(s, "alpha_std"), a$total$std.alpha)
    put(paste0(s, "g6"), a$total$`G6(smc)`); put(paste0(s, "average_r"), a$total$average_r); put(paste0(s, "ase"), a$total$ase)
    for (i in 1:k) { put(paste0(s, "item_rest.", i), a$item.stats$r.drop[i]); put(paste0(s, "alpha_dropped.", i), a$alpha.drop$raw_alpha[i]) }
    # cov2cor of the pairwise covariances, as psych::alpha does, not the pairwise correlations.
    l <- minres(cov2cor(cov(y, use = "pairwise"))); put(paste0(s, "omega"), sum(l)^2 / (sum(l)^2 + sum(1 - l^2)))
  }
  score <- rowMeans(na.omit(x)); put(paste0(n, ".floor"), mean(score <= 5)); put(paste0(n, ".ceiling"), mean(score >= 95))

  # --- The same way before and after ------------------------------------------------------------
  d <- na.omit(d); parts <- lapply(0:1, function(t) as.matrix(d[d$after == t, items]))
  phi <- function(first, second) { p <- loadings_cov(cov(first)); q <- loadings_cov(cov(second)); sum(p * q) / sqrt(sum(p^2) * sum(q^2)) }
  observed <- phi(parts[[1]], parts[[2]]); put(paste0(n, ".congruence"), observed)
  put(paste0(n, ".congruence.psych"), factor.congruence(cbind(loadings_cov(cov(parts[[1]]))), cbind(loadings_cov(cov(parts[[2]]))), digits = 15))
  units <- sort(unique(d$unit))
  if (n != "five") { # every swap of whole units, items centred in their wave first
    centred <- as.matrix(d[, items]) - apply(d[, items], 2, function(v) ave(v, d$after))
    all <- sapply(0:(2^length(units) - 1), function(b) {
      w <- xor(d$after == 1, as.logical(bitwAnd(b, 2^(match(d$unit, units) - 1))))
      phi(centred[!w, ], centred[w, ])
    })
    put(paste0(n, ".congruence.p"), mean(all <= observed + 1e-9))
  }
  pooled <- function(d) { free <- table(d$after) - 1
    (cov(d[d$after == 0, items]) * free[1] + cov(d[d$after == 1, items]) * free[2]) / sum(free) }
  slopes <- function(v) { l <- loadings_cov(v); l / ((sum(l) - l) / (k - 1)) }
  b <- slopes(pooled(d)); left <- sapply(units, function(u) slopes(pooled(d[d$unit != u, ])))
  spread <- (length(units) - 1) / length(units) * rowSums((left - rowMeans(left))^2)
  p <- numeric(k)
  for (i in 1:k) {
    rest <- rowMeans(d[, items[-i]]); d$z <- d[, items[i]] - b[i] * rest
    t <- coef_test(lm(z ~ after, d), vcov = "CR2", cluster = d$unit, test = "Satterthwaite")["after", ]
    moved <- mean(rest[d$after == 1]) - mean(rest[d$after == 0])
    se <- sqrt(t$SE^2 + moved^2 * spread[i]); sd <- sqrt(pooled(d)[i, i]); s <- paste0(n, ".drift.", i)
    p[i] <- 2 * pt(-abs(t$beta / se), t$df_Satt)
    put(paste0(s, ".points"), t$beta); put(paste0(s, ".se"), se); put(paste0(s, ".df"), t$df_Satt); put(paste0(s, ".p"), p[i])
    put(paste0(s, ".size"), t$beta / sd); put(paste0(s, ".low"), (t$beta - qt(0.95, t$df_Satt) * se) / sd)
  }
  if (n != "five") { q <- p.adjust(c(mean(all <= observed + 1e-9), p), "holm"); for (i in 0:k) put(paste0(n, ".adjusted.", i), q[i + 1]) }
}
values$value <- sprintf("%.17g", values$value)
write.csv(values, "scales_values.csv", row.names = FALSE, quote = FALSE)
for (pkg in c("psych", "clubSandwich", "nleqslv")) cat(pkg, as.character(packageVersion(pkg)), "\n")
