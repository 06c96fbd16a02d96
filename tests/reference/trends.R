# Reference values for development over several waves, composition, interrupted series and intraclass correlation.
#
#   cd tests/reference && Rscript trends.R
#
# writes inputs/trend_*.csv and trends_values.csv (name,value). Packages: r-cran-clubsandwich, r-cran-sandwich.
# Slopes are contrasts of the waves' means (clubSandwich::Wald_test of one constraint); the decomposition is written out by hand
# from table() and tapply(), its errors by coef_test on the linearised answers, taken by complex-step derivatives.
suppressMessages({library(clubSandwich); library(sandwich)})
options(digits = 17)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
values <- data.frame(name = character(), value = numeric())
put <- function(name, value) values <<- rbind(values, data.frame(name = name, value = as.numeric(value)))

# --- Inputs ---------------------------------------------------------------------------------
likert <- function(x) pmin(100, pmax(0, round(x / 25) * 25))
make <- function(units, waves, size) {
  d <- do.call(rbind, lapply(seq_len(units), function(u) do.call(rbind, lapply(seq_len(waves), function(t) {
    if (size[u, t] == 0) NULL else data.frame(unit = u, wave = t - 1, id = seq_len(size[u, t]))
  }))))
  level <- rnorm(units, 60, 8); move <- matrix(rnorm(units * waves, 0, 4), units)
  d$type <- c("dagpleje", "boernehave", "integreret")[d$unit %% 3 + 1]
  shift <- c(dagpleje = 8, boernehave = -5, integreret = 0)
  d$y <- likert(level[d$unit] + move[cbind(d$unit, d$wave + 1)] + shift[d$type] + 1.5 * d$wave + rnorm(nrow(d), 0, 20))
  d$w <- 1
  d$unit <- sprintf("u%02d", d$unit); d$id <- NULL; d
}
set.seed(20261122)
size <- matrix(sample(4:12, 12 * 4, TRUE), 12)
size[seq(2, 12, 3), 3:4] <- size[seq(2, 12, 3), 3:4] + 8L  # one type grows
inputs <- list(plain = make(12, 4, size))
size <- matrix(sample(3:10, 15 * 5, TRUE), 15); size[3, 2] <- 0; size[8, 5] <- 0
inputs$weighted <- make(15, 5, size)
inputs$weighted$w <- round(runif(nrow(inputs$weighted), 0.4, 2.8), 2)
size <- matrix(sample(4:8, 9 * 4, TRUE), 9); size[1, ] <- c(50, 45, 55, 60)
inputs$dominating <- make(9, 4, size)
for (n in names(inputs)) write.csv(inputs[[n]], paste0("inputs/trend_", n, ".csv"), row.names = FALSE, quote = FALSE)
times <- list(plain = c(-1.6, -0.7, 1.3, 3.3), weighted = c(-3, -2, -0.5, 1, 2.25), dominating = c(-2, -1, 1, 2))
before <- c(plain = 2, weighted = 3, dominating = 2)

# --- Waves ----------------------------------------------------------------------------------
three <- function(prefix, t) {
  put(paste0(prefix, ".estimate"), t$Est); put(paste0(prefix, ".se"), t$SE)
  put(paste0(prefix, ".df"), t$df); put(paste0(prefix, ".p"), t$p_val)
}
slope <- function(time, use) { a <- numeric(length(time)); x <- time[use] - mean(time[use]); a[use] <- x / sum(x^2); a }
for (n in names(inputs)) {
  d <- inputs[[n]]; d$t <- factor(d$wave); time <- times[[n]]; b <- before[[n]]; k <- length(time)
  m <- lm(y ~ 0 + t, d, weights = w)
  V <- vcovCR(m, cluster = d$unit, type = "CR2")
  for (t in seq_len(k)) put(paste0(n, ".mean.", t - 1), coef(m)[t])
  contrast <- function(a) {  # with one contrast HTZ is the t-test with Satterthwaite's df
    f <- Wald_test(m, constraints = matrix(a, 1), vcov = V, test = "HTZ"); est <- sum(a * coef(m))
    list(Est = est, SE = sqrt(sum(a * (V %*% a))), df = f$df_denom, p_val = f$p_val)
  }
  for (t in setdiff(seq_len(k), b)) { a <- numeric(k); a[b] <- -1; a[t] <- 1; three(paste0(n, ".against.", t - 1), contrast(a)) }
  early <- slope(time, seq_len(b)); late <- slope(time, (b + 1):k)
  three(paste0(n, ".slope_before"), contrast(early)); three(paste0(n, ".slope_after"), contrast(late))
  three(paste0(n, ".slope_change"), contrast(late - early))
  C <- do.call(rbind, lapply(setdiff(seq_len(k), b), function(t) { a <- numeric(k); a[b] <- -1; a[t] <- 1; a }))
  f <- Wald_test(m, constraints = C, vcov = V, test = "HTZ")
  put(paste0(n, ".joint.f"), f$Fstat); put(paste0(n, ".joint.df"), f$df_denom); put(paste0(n, ".joint.p"), f$p_val)
}

# --- Composition: last wave before against last wave --------------------------------------------
parts <- function(d, w) {
  W <- tapply(w, list(d$after, d$type), sum); M <- tapply(w * d$y, list(d$after, d$type), sum) / W; P <- W / rowSums(W)
  c(within = sum(colMeans(P) * (M[2, ] - M[1, ])), composition = sum(colMeans(M) * (P[2, ] - P[1, ])))
}
for (n in names(inputs)) {
  d <- inputs[[n]]; d <- d[d$wave %in% c(before[[n]] - 1, max(d$wave)), ]; d$after <- as.numeric(d$wave == max(d$wave))
  found <- parts(d, d$w); W <- tapply(d$w, d$after, sum)
  m <- lm(y ~ after, d, weights = w)
  put(paste0(n, ".decomposed.change"), coef(m)["after"])
  for (name in names(found)) {
    put(paste0(n, ".decomposed.", name, ".estimate"), found[[name]])
    # Influence of a row: the derivative in its weight, by a complex step (exact to rounding).
    z <- sapply(seq_len(nrow(d)), function(i) { w <- as.complex(d$w); w[i] <- w[i] + 1e-20i; Im(parts(d, w)[[name]]) / 1e-20 })
    z <- z * W[d$after + 1] * ifelse(d$after == 1, 1, -1)
    t <- coef_test(lm(z ~ after, d, weights = w), vcov = "CR2", cluster = d$unit, test = "Satterthwaite")["after", ]
    put(paste0(n, ".decomposed.", name, ".se"), t$SE); put(paste0(n, ".decomposed.", name, ".df"), t$df_Satt)
  }
}

# --- Intraclass correlation --------------------------------------------------------------------
for (n in names(inputs)) {
  d <- inputs[[n]]; d <- d[d$wave == 0, ]
  a <- anova(lm(y ~ unit, d)); k <- length(unique(d$unit)); N <- nrow(d); ni <- table(d$unit)
  n0 <- (N - sum(ni^2) / N) / (k - 1); ms <- a[["Mean Sq"]]; F <- ms[1] / ms[2]
  put(paste0(n, ".icc.value"), (ms[1] - ms[2]) / (ms[1] + (n0 - 1) * ms[2])); put(paste0(n, ".icc.size"), n0)
  bound <- function(q) (F / qf(q, k - 1, N - k) - 1) / (F / qf(q, k - 1, N - k) + n0 - 1)
  put(paste0(n, ".icc.low"), bound(0.975)); put(paste0(n, ".icc.high"), bound(0.025))
}

# --- Interrupted series -------------------------------------------------------------------------
series <- list(
  six = data.frame(time = c(2018, 2019, 2020, 2022, 2023, 2024), after = rep(0:1, each = 3)),
  nine = data.frame(time = 1:9, after = rep(0:1, c(5, 4))),
  thirty = data.frame(time = 1:30, after = rep(0:1, c(14, 16)))
)
for (n in names(series)) {
  d <- series[[n]]
  noise <- as.numeric(arima.sim(list(ar = 0.3), nrow(d)))
  d$y <- round(15 + 0.2 * (d$time - d$time[1]) - 1.5 * d$after + noise, 3)
  write.csv(d, paste0("inputs/trend_series_", n, ".csv"), row.names = FALSE, quote = FALSE)
  d$x <- d$time - d$time[d$after == 1][1]
  m <- lm(y ~ x + after + after:x, d)
  covs <- list(hc3 = vcovHC(m, type = "HC3"), newey_west = NeweyWest(m, lag = floor(4 * (nrow(d) / 100)^(2 / 9)), prewhite = FALSE, adjust = TRUE))
  for (kind in names(covs)) {
    if (kind == "newey_west" && n == "six") next
    for (v in c(level = "after", slope = "x:after", slope_before = "x")) {
      name <- c(after = "level", "x:after" = "slope", x = "slope_before")[[v]]
      se <- sqrt(covs[[kind]][v, v]); t <- coef(m)[[v]] / se
      put(paste(n, kind, name, "estimate", sep = "."), coef(m)[[v]]); put(paste(n, kind, name, "se", sep = "."), se)
      put(paste(n, kind, name, "p", sep = "."), 2 * pt(-abs(t), nrow(d) - 4))
    }
  }
}
values$value <- sprintf("%.17g", values$value)
write.csv(values, "trends_values.csv", row.names = FALSE, quote = FALSE)
cat(nrow(values), "values\n")
