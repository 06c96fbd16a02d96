# Reference values for differences in development, event studies, staggered release and dose.
#
#   cd tests/reference && Rscript comparison.R
#
# writes inputs/compare_*.csv and comparison_values.csv (name,value). Package: r-cran-clubsandwich.
# ATT(g,t) is written out by hand with lm(); averages over several regressions on the same
# answers use CR2 from row-level matrices (cr2_rows), checked below against clubSandwich.
suppressMessages(library(clubSandwich))
options(digits = 17)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
values <- data.frame(name = character(), value = numeric())
put <- function(name, value) values <<- rbind(values, data.frame(name = name, value = as.numeric(value)))

# --- Inputs ---------------------------------------------------------------------------------
likert <- function(x) pmin(100, pmax(0, round(x / 25) * 25))
answers <- function(size, waves, gain, sd_unit = 8, sd_move = 4) {
  units <- nrow(size)
  d <- do.call(rbind, lapply(seq_len(units), function(u) do.call(rbind, lapply(seq_len(waves), function(t) {
    if (size[u, t] == 0) NULL else data.frame(unit = u, wave = t - 1, id = seq_len(size[u, t]))
  }))))
  level <- rnorm(units, 60, sd_unit); move <- matrix(rnorm(units * waves, 0, sd_move), units)
  d$y <- likert(level[d$unit] + move[cbind(d$unit, d$wave + 1)] + gain[cbind(d$unit, d$wave + 1)] + rnorm(nrow(d), 0, 20))
  d$w <- 1
  d
}
did_input <- function(sizes, released, effect) {
  gain <- cbind(0, 2 + effect * released)
  d <- answers(sizes, 2, gain); d$released <- released[d$unit]; d$unit <- sprintf("u%02d", d$unit); d
}
set.seed(20250311)
inputs <- list(
  balanced = did_input(matrix(8, 12, 2), rep(1:0, each = 6), 6),
  unbalanced = did_input(cbind(sample(2:14, 15, TRUE), sample(2:14, 15, TRUE)), rep(c(1, 0), c(4, 11)), 5),
  dominating = did_input(cbind(c(60, rep(7, 13)), c(55, rep(8, 13))), rep(1:0, 7), 4),
  weighted = did_input(cbind(sample(3:12, 13, TRUE), sample(3:12, 13, TRUE)), rep(c(1, 0), c(6, 7)), 7)
)
inputs$weighted$w <- round(runif(nrow(inputs$weighted), 0.4, 3), 2)
p <- inputs$balanced  # a panel with overlap: some persons of wave 0 answer again with a kindred answer
both <- p[p$wave == 0 & runif(nrow(p)) < 0.8, ]; both$wave <- 1
both$y <- likert(both$y + 3 + 4 * both$released + rnorm(nrow(both), 0, 10))
inputs$panel <- rbind(p[p$wave == 0, ], both)
size <- matrix(sample(3:9, 14 * 5, TRUE), 14); size[3, 2] <- 0; size[11, 5] <- 0
gain <- outer(rep(1:0, 7), c(0, 0.5, 0, 5, 6))
e <- answers(size, 5, gain); e$released <- rep(1:0, 7)[e$unit]; e$unit <- sprintf("u%02d", e$unit)
inputs$event <- e
e$w <- round(runif(nrow(e), 0.5, 2.5), 2); inputs$eventw <- e
cohort <- rep(c(1, 2, 0), c(6, 7, 7))  # released between waves 1 and 2, during wave 3, never
size <- matrix(sample(3:10, 20 * 6, TRUE), 20); size[2, 1] <- 0; size[15, 6] <- 0
gain <- outer(as.numeric(cohort == 1), c(0, 0, 4, 5, 6, 6)) + outer(as.numeric(cohort == 2), c(0, 0, 0, 1, 3, 5))
s <- answers(size, 6, gain); s$cohort <- cohort[s$unit]; s$unit <- sprintf("u%02d", s$unit)
inputs$staggered <- s
s$w <- round(runif(nrow(s), 0.5, 2.5), 2); inputs$staggeredw <- s
dose <- round(runif(16), 2); dose[1:4] <- 0
d <- answers(cbind(sample(3:12, 16, TRUE), sample(3:12, 16, TRUE)), 2, cbind(0, 8 * dose))
d$dose <- dose[d$unit]; d$exposed <- as.numeric(dose[d$unit] > 0.5); d$unit <- sprintf("u%02d", d$unit)
inputs$dose <- d
d$w <- round(runif(nrow(d), 0.5, 2.5), 2); inputs$dosew <- d
for (n in names(inputs)) write.csv(inputs[[n]], paste0("inputs/compare_", n, ".csv"), row.names = FALSE, quote = FALSE)

test <- function(m, cluster, name) coef_test(m, vcov = "CR2", cluster = cluster, test = "Satterthwaite")[name, ]
three <- function(prefix, estimate, t) {
  put(paste0(prefix, ".estimate"), estimate); put(paste0(prefix, ".se"), t$SE)
  put(paste0(prefix, ".df"), t$df_Satt); put(paste0(prefix, ".p"), t$p_Satt)
}

# --- Difference in development ---------------------------------------------------------------
for (n in c("balanced", "unbalanced", "dominating", "weighted", "panel")) {
  d <- inputs[[n]]
  m <- lm(y ~ released * wave, d, weights = w)
  put(paste0(n, ".comparison"), coef(m)["wave"]); put(paste0(n, ".released"), sum(coef(m)[c("wave", "released:wave")]))
  three(n, coef(m)["released:wave"], test(m, d$unit, "released:wave"))
}

# --- Event study and joint pre-trend test (reference: wave 2) ---------------------------------
for (n in c("event", "eventw")) {
  d <- inputs[[n]]; d$t <- relevel(factor(d$wave), ref = "2")
  m <- lm(y ~ released * t, d, weights = w)
  for (t in c(0, 1, 3, 4)) three(paste0(n, ".t", t), coef(m)[paste0("released:t", t)], test(m, d$unit, paste0("released:t", t)))
  f <- Wald_test(m, constrain_zero("released:t[01]", reg_ex = TRUE), vcov = "CR2", cluster = d$unit, test = "HTZ")
  put(paste0(n, ".pretrend.f"), f$Fstat); put(paste0(n, ".pretrend.df"), f$df_denom); put(paste0(n, ".pretrend.p"), f$p_val)
  g <- Wald_test(m, constrain_zero("released:t[34]", reg_ex = TRUE), vcov = "CR2", cluster = d$unit, test = "HTZ")
  put(paste0(n, ".after.f"), g$Fstat); put(paste0(n, ".after.df"), g$df_denom); put(paste0(n, ".after.p"), g$p_val)
}

# --- CR2 from row-level matrices: one coefficient of one regression, embedded in all rows -----
root <- function(B) { e <- eigen(B, symmetric = TRUE); e$vectors %*% (t(e$vectors) / sqrt(e$values)) }
cr2_rows <- function(X, y, w, cluster, pick, rows, total, clusters) {
  M <- solve(t(X) %*% (w * X)); beta <- M %*% (t(X) %*% (w * y)); e <- y - X %*% beta
  K <- diag(nrow(X)) - X %*% M %*% t(w * X)
  score <- setNames(numeric(length(clusters)), clusters)
  load <- matrix(0, length(clusters), total, dimnames = list(clusters, NULL))
  for (g in unique(cluster)) {
    i <- which(cluster == g); Kg <- K[i, , drop = FALSE]
    a <- root(Kg %*% t(Kg)) %*% ((w * X)[i, , drop = FALSE] %*% M[, pick])
    score[g] <- sum(a * e[i]); load[g, rows] <- t(a) %*% Kg
  }
  list(estimate = beta[pick], score = score, load = load)
}
combined <- function(parts, weights) list(
  estimate = sum(weights * sapply(parts, `[[`, "estimate")),
  score = Reduce(`+`, Map(function(p, w) w * p$score, parts, weights)),
  load = Reduce(`+`, Map(function(p, w) w * p$load, parts, weights)))
of <- function(p) { G <- p$load %*% t(p$load); list(estimate = p$estimate, se = sqrt(sum(p$score^2)), df = sum(diag(G))^2 / sum(G^2)) }
htz <- function(parts) {
  q <- length(parts); b <- sapply(parts, `[[`, "estimate"); S <- sapply(parts, `[[`, "score")
  O <- outer(seq_len(q), seq_len(q), Vectorize(function(s, t) sum(parts[[s]]$load * parts[[t]]$load)))
  H <- root(O)
  L <- lapply(seq_len(q), function(s) Reduce(`+`, lapply(seq_len(q), function(t) H[s, t] * parts[[t]]$load)))
  total <- 0
  for (s in seq_len(q)) for (t in seq_len(q)) {
    ss <- L[[s]] %*% t(L[[s]]); tt <- L[[t]] %*% t(L[[t]]); st <- L[[s]] %*% t(L[[t]])
    total <- total + sum(ss * tt) + sum(st * t(st))
  }
  eta <- q * (q + 1) / total
  Q <- drop(t(b) %*% solve(t(S) %*% S, b))
  f <- (eta - q + 1) / (eta * q) * Q
  c(f = f, df = eta - q + 1, p = pf(f, q, eta - q + 1, lower.tail = FALSE))
}
local({  # the row-level code against clubSandwich
  d <- inputs$eventw; d$t <- relevel(factor(d$wave), ref = "2"); X <- model.matrix(~ released * t, d)
  parts <- lapply(c("released:t0", "released:t1"), function(k)
    cr2_rows(X, d$y, d$w, d$unit, which(colnames(X) == k), seq_len(nrow(d)), nrow(d), unique(d$unit)))
  known <- sapply(c("pretrend.f", "pretrend.df", "pretrend.p"), function(k) values$value[values$name == paste0("eventw.", k)])
  stopifnot(max(abs(htz(parts) / known - 1)) < 1e-8)
  one <- of(parts[[1]]); names <- paste0("eventw.t0.", c("estimate", "se", "df"))
  stopifnot(max(abs(unlist(one) / values$value[match(names, values$name)] - 1)) < 1e-8)
})

# --- Staggered release: ATT(g,t) by hand ------------------------------------------------------
last_before <- c(`1` = 1, `2` = 2, `0` = 5); first_after <- c(`1` = 2, `2` = 4)  # cohort 2 is released during wave 3
for (n in c("staggered", "staggeredw")) for (against in c("notyet", "never")) {
  d <- inputs[[n]]; clusters <- unique(d$unit); parts <- list(); about <- NULL
  for (g in c("1", "2")) {
    base <- last_before[[g]]
    for (t in c(seq_len(base) - 1, first_after[[g]]:5)) {
      until <- max(t, base)
      free <- as.character(d$cohort) == "0" | (against == "notyet" & as.character(d$cohort) != g & last_before[as.character(d$cohort)] >= until)
      rows <- which((as.character(d$cohort) == g | free) & d$wave %in% c(base, t))
      s <- d[rows, ]; s$in_g <- as.numeric(as.character(s$cohort) == g); s$at_t <- as.numeric(s$wave == t)
      m <- lm(y ~ in_g * at_t, s, weights = w)
      three(paste(n, against, paste0("g", g, "t", t), sep = "."), coef(m)["in_g:at_t"], test(m, s$unit, "in_g:at_t"))
      X <- model.matrix(~ in_g * at_t, s)
      parts[[length(parts) + 1]] <- cr2_rows(X, s$y, s$w, s$unit, 4, rows, nrow(d), clusters)
      about <- rbind(about, data.frame(g = g, t = t, step = if (t < base) t - base else t - first_after[[g]],
                                       n = sum(d$w[d$cohort == g & d$wave == t])))
    }
  }
  average <- function(prefix, take) {
    o <- of(combined(parts[take], about$n[take] / sum(about$n[take])))
    put(paste0(prefix, ".estimate"), o$estimate); put(paste0(prefix, ".se"), o$se); put(paste0(prefix, ".df"), o$df)
  }
  prefix <- paste(n, against, sep = ".")
  average(paste0(prefix, ".overall"), about$step >= 0)
  for (k in sort(unique(about$step))) average(paste0(prefix, ".step", k), about$step == k)
  f <- htz(parts[about$step < 0])
  for (k in names(f)) put(paste0(prefix, ".pretrend.", k), f[[k]])
  # The covariance of the average: also that of all regressions stacked, clustered on unit.
  stacked <- do.call(rbind, lapply(which(about$step >= 0), function(i) {
    until <- max(about$t[i], last_before[[about$g[i]]])
    free <- as.character(d$cohort) == "0" | (against == "notyet" & as.character(d$cohort) != about$g[i] & last_before[as.character(d$cohort)] >= until)
    s <- d[(as.character(d$cohort) == about$g[i] | free) & d$wave %in% c(last_before[[about$g[i]]], about$t[i]), ]
    cbind(s, part = i, in_g = as.numeric(as.character(s$cohort) == about$g[i]), at_t = as.numeric(s$wave == about$t[i]))
  }))
  stacked$part <- factor(stacked$part)
  m <- lm(y ~ 0 + part + part:in_g + part:at_t + part:in_g:at_t, stacked, weights = w)
  V <- vcovCR(m, cluster = stacked$unit, type = "CR2"); at <- grep("in_g:at_t", names(coef(m)))
  weight <- about$n[about$step >= 0] / sum(about$n[about$step >= 0])
  put(paste0(prefix, ".overall.stacked_se"), sqrt(drop(t(weight) %*% V[at, at] %*% weight)))
}

# --- Dose, and side by side ---------------------------------------------------------------------
for (n in c("dose", "dosew")) {
  d <- inputs[[n]]; late <- d[d$wave == 1, ]
  m <- lm(y ~ dose * wave, d, weights = w); three(paste0(n, ".change"), coef(m)["dose:wave"], test(m, d$unit, "dose:wave"))
  m <- lm(y ~ dose, late, weights = w); three(paste0(n, ".level"), coef(m)["dose"], test(m, late$unit, "dose"))
  m <- lm(y ~ exposed, late, weights = w); three(paste0(n, ".side"), coef(m)["exposed"], test(m, late$unit, "exposed"))
  put(paste0(n, ".side.others"), coef(m)[1]); put(paste0(n, ".side.exposed"), sum(coef(m)))
}
values$value <- sprintf("%.17g", values$value)
write.csv(values, "comparison_values.csv", row.names = FALSE, quote = FALSE)
cat(nrow(values), "values\n")
