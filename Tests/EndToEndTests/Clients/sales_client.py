"""Sells through the official Python client, in a shop with the sample data, as tills do: also at once."""

import sys
from concurrent.futures import ThreadPoolExecutor

from convex import ConvexError
from convex.http_client import ConvexExecutionError, ConvexHttpClient

from checks import Checks

client = ConvexHttpClient(sys.argv[1])
check = Checks()
query, mutation = client.query, client.mutation
sales = "sales/sales"


def lookup(code):
    return query("master_data/customers:lookup", {"code": code})


def draft(customer, product, quantity=1.0, price=None):
    sale = mutation(f"{sales}:create", {"branchId": branch["_id"], "customerId": customer["_id"], "saleDate": 1767225600000.0, "notes": ""})
    mutation(f"{sales}:addItem", {"saleId": sale["saleId"], "productId": product["_id"], "quantity": quantity, "unitPrice": product["sellingPrice"] if price is None else price, "discountAmount": 0.0, "discountType": "nominal"})
    return sale["saleId"]


def submit(sale, *payments):
    return mutation(f"{sales}:submitSale", {"saleId": sale, "payments": [{"amount": amount, "paymentMethod": method, "referenceNumber": "", "notes": ""} for method, amount in payments]})


def refused(what, code, call):
    error = check.raises(what, ConvexError, "", call)
    data = error.data if isinstance(error, ConvexError) else {}
    check.equal(f"{what}: {code}", data.get("code"), code)
    return data


branch = next(row for row in query("master_data/branches:list", {"includeInactive": False}) if row["code"] == "PUSAT")
products = {row["sku"]: row for row in query("inventory/products:list", {"includeInactive": False})}
siti, emily, walk_in = lookup("CUST0002"), lookup("CUST0006"), query("master_data/customers:getOrCreateDefault")
food, ball, nails = products["PRD-0001"], products["PRD-0007"], products["SVC-0004"]

# The sample has a sale for each state.
listed = query(f"{sales}:list", {})
check.that("sales are listed newest first", [s["saleDate"] for s in listed] == sorted((s["saleDate"] for s in listed), reverse=True))
check.equal("with a sale in each state", sorted({s["status"] for s in listed}), ["Cancelled", "Completed", "Draft", "Refunded"])
check.that("each with its customer, branch and lines", all(s["customer"]["name"] and s["branch"]["name"] and s["itemCount"] > 0 for s in listed))

# A sale: discount before lines, points, mixed payments, change.
sale = mutation(f"{sales}:create", {"branchId": branch["_id"], "customerId": siti["_id"], "saleDate": 1767225600000.0})
check.that("a sale has a number of the day", sale["saleNumber"].startswith("INV-") and len(sale["saleNumber"]) >= 16, sale["saleNumber"])
sale = sale["saleId"]
mutation(f"{sales}:updateDiscountAndTax", {"saleId": sale, "discountAmount": 5000.0, "discountType": "nominal", "taxRate": 0.0})
check.equal("a discount before any line is accepted", query(f"{sales}:get", {"id": sale})["totalAmount"], -5000.0)
line = mutation(f"{sales}:addItem", {"saleId": sale, "productId": ball["_id"], "quantity": 2.0, "unitPrice": 12500.0})
check.equal("and taken off the first", query(f"{sales}:get", {"id": sale})["totalAmount"], 20000.0)
mutation(f"{sales}:updateItem", {"itemId": line, "quantity": 10.0, "unitPrice": 10500.0})
check.equal("points lower the total", mutation("master_data/loyalty:applyToSale", {"saleId": sale, "points": 300.0})["totalAmount"], 70000.0)
data = refused("payments above the total are refused", "PAYMENT_EXCEEDS_TOTAL", lambda: submit(sale, ("CASH", 5.0), ("QRIS", 70001.0)))
check.equal("with both figures", data.get("details"), {"totalPayments": 70001.0, "totalAmount": 70000.0})
sold = submit(sale, ("CASH", 70000.0), ("QRIS", 20000.0))
check.equal("cash pays what other payments leave", [sold["paidAmount"], sold["change"], sold["outstandingAmount"]], [70000.0, 20000.0, 0.0])
check.equal("the sale earns and redeems points", [sold["pointsEarned"], sold["pointsRedeemed"], sold["loyaltyTier"]], [7.0, 300.0, "BRONZE"])
shown = query(f"{sales}:get", {"id": sale})
check.equal("payments are stored as they paid", [(p["paymentMethod"], p["amount"], p["referenceNumber"]) for p in shown["payments"]], [("CASH", 50000.0, ""), ("QRIS", 20000.0, "")])
check.equal("the invoice names what was sold", [(i["product"]["name"], i["variant"], i["subtotal"], i["cogs"]) for i in shown["items"]], [("Mainan Bola Karet", None, 105000.0, 90000.0)])
check.equal("the profile has the points", query("master_data/customers:getProfile", {"id": siti["_id"]})["loyalty"]["points"], 57.0)
check.equal("and the history", query("master_data/customers:getHistory", {"customerId": siti["_id"], "paginationOpts": {"numItems": 5.0, "cursor": None}})["page"][0]["referenceId"], sale)

# Refusals: each with its code first, in words for people, and without effect.
data = refused("a completed sale is no draft", "STATUS_CONFLICT", lambda: submit(sale))
check.equal("which it says in Indonesian", data.get("userMessage"), "Penjualan berstatus Completed, bukan Draft")
refused("nor cancelled", "CONFLICT_STATE", lambda: mutation(f"{sales}:cancel", {"saleId": sale}))
refused("nor deleted", "CONFLICT_STATE", lambda: mutation(f"{sales}:remove", {"id": sale}))
refused("nor paid twice", "VALIDATION", lambda: mutation(f"{sales}:addPayment", {"saleId": sale, "amount": 1.0, "paymentMethod": "CASH", "paymentDate": 1.0}))
short = draft(emily, food, quantity=51.0)
data = refused("more than the stock is refused", "INSUFFICIENT_STOCK", lambda: submit(short))
check.that("naming the product", data.get("message", "").startswith("Royal Canin Adult 2 kg: "), str(data))
check.equal("and the sale stays a draft", query(f"{sales}:get", {"id": short})["status"], "Draft")
refused("no quantity below zero", "INVALID_QUANTITY", lambda: mutation(f"{sales}:addItem", {"saleId": short, "productId": ball["_id"], "quantity": -1.0, "unitPrice": 1.0}))
mutation(f"{sales}:clearItems", {"saleId": short})
refused("no sale without lines", "NO_ITEMS", lambda: submit(short))
check.raises("no argument nobody declared", ConvexExecutionError, "extra field `price`", lambda: mutation(f"{sales}:addItem", {"saleId": short, "productId": ball["_id"], "quantity": 1.0, "unitPrice": 1.0, "price": 2.0}))

# Credit, and paying it off.
credit = draft(emily, nails, price=90000.0)
submit(credit)
owed = query("finance/accountsReceivable:getCustomerOutstanding", {"customerId": emily["_id"], "includeHistory": True})
check.equal("credit is owed", [owed["summary"]["totalOutstanding"], owed["outstandingInvoices"][0]["id"], owed["paymentHistory"]], [90000.0, credit, []])
check.equal("and listed by customer", [s["_id"] for s in query(f"{sales}:getOutstandingByCustomer", {"customerId": emily["_id"]})], [credit])
mutation(f"{sales}:addPayment", {"saleId": credit, "amount": 90000.0, "paymentMethod": "BANK_TRANSFER", "paymentDate": 1767312000000.0, "referenceNumber": "TRF-1"})
owed = query("finance/accountsReceivable:getCustomerOutstanding", {"customerId": emily["_id"], "includeHistory": True})
check.equal("until it is paid", [owed["summary"]["totalOutstanding"], owed["outstandingInvoices"], [p["referenceNumber"] for p in owed["paymentHistory"]]], [0.0, [], ["TRF-1"]])

# A refund.
back = mutation(f"{sales}:refund", {"saleId": sale, "reason": "Salah ukuran"})
check.equal("a refund takes the points back", [back["status"], back["pointsReversed"]], ["Refunded", 7.0])
check.equal("and gives those redeemed", query("master_data/customers:getProfile", {"id": siti["_id"]})["loyalty"]["points"], 350.0)
refused("a refund happens once", "CONFLICT_STATE", lambda: mutation(f"{sales}:refund", {"saleId": sale}))

# Tills at once: one draft submitted by all, and walk-in sales that get in nobody's way.
def attempt(sale):
    try:
        ConvexHttpClient(sys.argv[1]).mutation(f"{sales}:submitSale", {"saleId": sale, "payments": []})
        return "sold"
    except ConvexError as error:
        return error.data["code"]


with ThreadPoolExecutor(8) as tills:
    fought_over = draft(emily, nails)
    outcomes = sorted(tills.map(attempt, [fought_over] * 8))
    check.equal("of eight tills with one draft one sells it", outcomes, ["STATUS_CONFLICT"] * 7 + ["sold"])
    drafts = list(tills.map(lambda _: draft(walk_in, nails), range(40)))
    check.equal("forty walk-in sales at eight tills all succeed", set(tills.map(attempt, drafts)), {"sold"})
numbers = [s["saleNumber"] for s in query(f"{sales}:list", {"customerId": walk_in["_id"]})]
check.equal("each with a number of its own", len(set(numbers)), len(numbers))
check.equal("the walk-in customer has no points", query("master_data/customers:getLoyaltyProfile", {"customerId": walk_in["_id"]})["loyaltyPoints"], 0.0)
check.finish()
