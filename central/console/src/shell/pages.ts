/** The pages that stand, loaded when first opened: those of central's menu bear its keys; the others are reached from lists and search. */
import type { Component } from 'vue'

export interface Page {
  /** Its key in central's menu, which decides its place, its title and who sees it; without a menu, the name of its route. */
  key: string
  /** What stands in its place after a colon is given to the page as props. */
  path: string
  /** The menu's page that it belongs to, where the menu does not have it. */
  under?: string
  load: () => Promise<{ default: Component }>
  /** The page's own title in the shell's words, where no menu has it. */
  title?: 'home' | 'ticket'
}

export const PAGES: readonly Page[] = [
  { key: 'sell', path: '/sell', load: () => import('@/sales/SellPage.vue') },
  { key: 'home', path: '/home', load: () => import('@/reports/HomePage.vue'), title: 'home' },
  { key: 'why', path: '/why', load: () => import('@/reports/WhyPage.vue') },
  { key: 'ticket', path: '/tickets/:ticket_id', load: () => import('@/reports/TicketPage.vue'), title: 'ticket' },
  { key: 'admissions', path: '/admissions', load: () => import('@/admissions/AdmissionsPage.vue') },
  { key: 'admission-refusals', path: '/admission-refusals', load: () => import('@/admissions/RefusalsPage.vue') },
  { key: 'orders', path: '/orders', load: () => import('@/sales/orders/OrdersPage.vue') },
  { key: 'order', path: '/orders/:order_id(\\d{1,15})', under: 'orders', load: () => import('@/sales/orders/OrderPage.vue') },
  { key: 'payments', path: '/payments', load: () => import('@/payments/PaymentsPage.vue') },
  {
    key: 'payment',
    path: '/payments/:payment_id(\\d{1,15})',
    under: 'payments',
    load: () => import('@/payments/PaymentPage.vue'),
  },
  { key: 'payment-refunds', path: '/payment-refunds', load: () => import('@/payments/PaymentRefundsPage.vue') },
  { key: 'refunds', path: '/refunds', load: () => import('@/refunds/RefundsPage.vue') },
  { key: 'refund-records', path: '/refund-records', load: () => import('@/refunds/RefundRecordsPage.vue') },
  { key: 'own-shift', path: '/own-shift', load: () => import('@/shifts/own/OwnShiftPage.vue') },
  { key: 'shifts', path: '/shifts', load: () => import('@/shifts/ShiftsPage.vue') },
  { key: 'exports', path: '/exports', load: () => import('@/reports/ExportsPage.vue') },
  {
    key: 'promoter-statistics',
    path: '/promoter-statistics',
    load: () => import('@/reports/statistics/PromoterStatisticsPage.vue'),
  },
  { key: 'seller-statistics', path: '/seller-statistics', load: () => import('@/reports/statistics/SellerStatisticsPage.vue') },
  { key: 'ticket-statistics', path: '/ticket-statistics', load: () => import('@/reports/statistics/TicketStatisticsPage.vue') },
  { key: 'reprints', path: '/reprints', load: () => import('@/reports/ReprintsPage.vue') },
  { key: 'activation-codes', path: '/activation-codes', load: () => import('@/reports/ActivationCodesPage.vue') },
  { key: 'ledger', path: '/ledger', load: () => import('@/payments/LedgerPage.vue') },
  { key: 'reconciliation', path: '/reconciliation', load: () => import('@/payments/ReconciliationPage.vue') },
  { key: 'takings', path: '/takings', load: () => import('@/reports/TakingsPage.vue') },
  { key: 'bills', path: '/bills', load: () => import('@/payments/BillsPage.vue') },
  {
    key: 'bill',
    path: '/bills/:method(wechat|alipay)/:day(\\d{4}-\\d{2}-\\d{2})',
    under: 'bills',
    load: () => import('@/payments/BillPage.vue'),
  },
  { key: 'users', path: '/users', load: () => import('@/identity/people/UsersPage.vue') },
  { key: 'roles', path: '/roles', load: () => import('@/identity/roles/RolesPage.vue') },
  { key: 'menus', path: '/menus', load: () => import('@/identity/menus/MenusPage.vue') },
  { key: 'ticket-types', path: '/ticket-types', load: () => import('@/catalog/ticket_types/TicketTypesPage.vue') },
  {
    key: 'ticket-type',
    path: '/ticket-types/:ticket_type_id(\\d{1,5}|new)',
    under: 'ticket-types',
    load: () => import('@/catalog/ticket_types/TypePage.vue'),
  },
  { key: 'check-points', path: '/check-points', load: () => import('@/devices/CheckPointsPage.vue') },
  { key: 'agents', path: '/agents', load: () => import('@/devices/AgentsPage.vue') },
  { key: 'alarms', path: '/alarms', load: () => import('@/sync/AlarmsPage.vue') },
  { key: 'conflicts', path: '/conflicts', load: () => import('@/admissions/ConflictsPage.vue') },
  { key: 'categories', path: '/categories', load: () => import('@/catalog/categories/CategoriesPage.vue') },
  { key: 'log', path: '/log', load: () => import('@/audit/LogPage.vue') },
  { key: 'log-calls', path: '/log/calls', under: 'log', load: () => import('@/audit/CallsPage.vue') },
  { key: 'log-faults', path: '/log/faults', under: 'log', load: () => import('@/audit/FaultsPage.vue') },
  { key: 'supervisors', path: '/supervisors', load: () => import('@/identity/supervisors/SupervisorsPage.vue') },
  { key: 'on-site', path: '/on-site', load: () => import('@/sync/OnSitePage.vue') },
  { key: 'tokens', path: '/tokens', load: () => import('@/identity/tokens/TokensPage.vue') },
  { key: 'parameters', path: '/parameters', load: () => import('@/parameters/ParametersPage.vue') },
  { key: 'promoters', path: '/promoters', load: () => import('@/promoters/PromotersPage.vue') },
  { key: 'sites', path: '/sites', load: () => import('@/catalog/SitesPage.vue') },
]
